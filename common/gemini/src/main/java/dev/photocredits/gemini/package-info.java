/** The port of the image model, implemented with Gemini. */
@NullMarked
package dev.photocredits.gemini;

import org.jspecify.annotations.NullMarked;
