/**
 * A local emulator of Google's Gemini image models. It has the same HTTP API, and makes pictures
 * from the uploaded photo without a model.
 */
@NullMarked
package dev.photocredits.emulators.gemini;

import org.jspecify.annotations.NullMarked;
