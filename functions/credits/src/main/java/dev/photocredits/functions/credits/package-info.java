/** The credits function: balance, statement and the catalogue. */
@NullMarked
package dev.photocredits.functions.credits;

import org.jspecify.annotations.NullMarked;
