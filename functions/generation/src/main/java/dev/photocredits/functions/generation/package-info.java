/** The generation function: draws variations, and shows the gallery. */
@NullMarked
package dev.photocredits.functions.generation;

import org.jspecify.annotations.NullMarked;
