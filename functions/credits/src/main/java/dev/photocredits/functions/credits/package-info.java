/** The credits function: serves balances, statements and the catalogue of packs. */
@NullMarked
package dev.photocredits.functions.credits;

import org.jspecify.annotations.NullMarked;
