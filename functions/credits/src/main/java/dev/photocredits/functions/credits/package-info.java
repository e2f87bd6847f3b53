/** The credits function: serves balances, statements, the catalogue of packs and prices. */
@NullMarked
package dev.photocredits.functions.credits;

import org.jspecify.annotations.NullMarked;
