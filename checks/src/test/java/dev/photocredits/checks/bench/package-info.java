/** Measures the local run over HTTP; {@code make bench} prints what docs/performance.md holds. */
@NullMarked
package dev.photocredits.checks.bench;

import org.jspecify.annotations.NullMarked;
