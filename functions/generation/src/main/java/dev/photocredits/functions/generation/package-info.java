/** The generation function: generates variations of photos, and serves the gallery. */
@NullMarked
package dev.photocredits.functions.generation;

import org.jspecify.annotations.NullMarked;
