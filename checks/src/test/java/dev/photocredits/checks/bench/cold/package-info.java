/**
 * Starts each function as Lambda does, and measures what the start costs; {@code make bench-cold}
 * and {@code make bench-peer} print what docs/performance.md holds.
 */
@NullMarked
package dev.photocredits.checks.bench.cold;

import org.jspecify.annotations.NullMarked;
