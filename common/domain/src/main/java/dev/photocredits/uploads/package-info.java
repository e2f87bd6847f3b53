/** Photos that are too large for a request: the client uploads them directly to the store. */
@NullMarked
package dev.photocredits.uploads;

import org.jspecify.annotations.NullMarked;
