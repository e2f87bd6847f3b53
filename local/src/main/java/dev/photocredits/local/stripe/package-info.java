/**
 * A stand-in for Stripe: customers, Checkout Sessions, a hosted checkout page, refunds, disputes
 * and signed webhooks, over HTTP on this machine.
 */
@NullMarked
package dev.photocredits.local.stripe;

import org.jspecify.annotations.NullMarked;
