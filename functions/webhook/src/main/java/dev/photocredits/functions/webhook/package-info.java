/** The webhook function: grants and reverses credits as Stripe reports payments. */
@NullMarked
package dev.photocredits.functions.webhook;

import org.jspecify.annotations.NullMarked;
