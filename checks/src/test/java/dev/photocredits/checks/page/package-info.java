/** The page in a real Chromium, against the whole system: {@code make test-browser}. */
@NullMarked
package dev.photocredits.checks.page;

import org.jspecify.annotations.NullMarked;
