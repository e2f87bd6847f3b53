/** What people write to us. */
@NullMarked
package dev.photocredits.feedback;

import org.jspecify.annotations.NullMarked;
