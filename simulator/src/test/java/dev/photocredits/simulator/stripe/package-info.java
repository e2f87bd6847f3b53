/** A Stripe of its own, which knows what every customer paid. */
@NullMarked
package dev.photocredits.simulator.stripe;

import org.jspecify.annotations.NullMarked;
