/** The payment ports, implemented with Stripe: customers, Checkout Sessions, events, webhooks. */
@NullMarked
package dev.photocredits.stripe;

import org.jspecify.annotations.NullMarked;
