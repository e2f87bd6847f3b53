/** Reads and writes JSON without a library. */
@NullMarked
package dev.photocredits.json;

import org.jspecify.annotations.NullMarked;
