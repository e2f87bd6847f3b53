/**
 * Measures the local run over HTTP. {@code make bench} prints the tables of docs/performance.md.
 */
@NullMarked
package dev.photocredits.bench;

import org.jspecify.annotations.NullMarked;
