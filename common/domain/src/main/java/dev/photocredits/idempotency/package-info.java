/** Recognizes repeated requests, so that a repeat has no second effect. */
@NullMarked
package dev.photocredits.idempotency;

import org.jspecify.annotations.NullMarked;
