/** The feedback function: stores messages from users. */
@NullMarked
package dev.photocredits.functions.feedback;

import org.jspecify.annotations.NullMarked;
