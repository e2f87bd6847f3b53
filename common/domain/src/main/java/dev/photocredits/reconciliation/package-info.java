/** Applies the provider's events whose webhook was lost or could not be applied. */
@NullMarked
package dev.photocredits.reconciliation;

import org.jspecify.annotations.NullMarked;
