/** The feedback function. */
@NullMarked
package dev.photocredits.functions.feedback;

import org.jspecify.annotations.NullMarked;
