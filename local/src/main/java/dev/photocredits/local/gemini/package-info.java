/**
 * A stand-in for Google's Gemini image models: the same HTTP, pictures made from the upload without
 * any model.
 */
@NullMarked
package dev.photocredits.local.gemini;

import org.jspecify.annotations.NullMarked;
