/** The checkout function: sells credit packs. */
@NullMarked
package dev.photocredits.functions.checkout;

import org.jspecify.annotations.NullMarked;
