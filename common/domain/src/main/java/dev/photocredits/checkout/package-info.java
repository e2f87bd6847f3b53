/** Opens Checkout Sessions and reports their state. */
@NullMarked
package dev.photocredits.checkout;

import org.jspecify.annotations.NullMarked;
