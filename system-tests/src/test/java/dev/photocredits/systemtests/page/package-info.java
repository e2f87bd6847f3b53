/** Browser tests of the page with Chromium and the whole system: {@code make test-browser}. */
@NullMarked
package dev.photocredits.systemtests.page;

import org.jspecify.annotations.NullMarked;
