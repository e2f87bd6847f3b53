/** Sells credit packs: the catalogue, Checkout Sessions, grants of what was paid, and reversals. */
@NullMarked
package dev.photocredits.payments;

import org.jspecify.annotations.NullMarked;
