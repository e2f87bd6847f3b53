/** Gemini behind the port of the model that draws. */
@NullMarked
package dev.photocredits.gemini;

import org.jspecify.annotations.NullMarked;
