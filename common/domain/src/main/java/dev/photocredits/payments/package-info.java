/** Selling credit packs: the catalogue, Checkout Sessions, and granting what was paid for. */
@NullMarked
package dev.photocredits.payments;

import org.jspecify.annotations.NullMarked;
