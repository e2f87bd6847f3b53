/** Stripe behind the ports: customers and Checkout Sessions, and what its webhook tells. */
@NullMarked
package dev.photocredits.stripe;

import org.jspecify.annotations.NullMarked;
