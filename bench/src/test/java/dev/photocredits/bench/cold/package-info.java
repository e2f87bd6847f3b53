/**
 * Starts each function like Lambda, and measures cold starts. {@code make bench-cold} and {@code
 * make bench-peer} print the tables of docs/performance.md.
 */
@NullMarked
package dev.photocredits.bench.cold;

import org.jspecify.annotations.NullMarked;
