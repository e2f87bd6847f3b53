/** Photos that are too large for a request, and so are put into the store by their sender. */
@NullMarked
package dev.photocredits.uploads;

import org.jspecify.annotations.NullMarked;
