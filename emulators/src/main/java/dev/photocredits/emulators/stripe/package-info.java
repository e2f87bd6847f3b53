/**
 * A local emulator of Stripe: customers, Checkout Sessions, a hosted checkout page, refunds,
 * disputes and signed webhooks.
 */
@NullMarked
package dev.photocredits.emulators.stripe;

import org.jspecify.annotations.NullMarked;
