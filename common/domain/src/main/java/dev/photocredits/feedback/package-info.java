/** Feedback from users. */
@NullMarked
package dev.photocredits.feedback;

import org.jspecify.annotations.NullMarked;
