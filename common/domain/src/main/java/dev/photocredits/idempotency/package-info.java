/** Knowing a request again, so that a repeat does nothing a second time. */
@NullMarked
package dev.photocredits.idempotency;

import org.jspecify.annotations.NullMarked;
