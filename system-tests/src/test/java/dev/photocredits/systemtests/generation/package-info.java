/** Generations, uploads and their limits, over HTTP. */
@NullMarked
package dev.photocredits.systemtests.generation;

import org.jspecify.annotations.NullMarked;
