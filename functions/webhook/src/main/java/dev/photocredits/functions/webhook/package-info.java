/** The webhook function: grants what Stripe says is paid. */
@NullMarked
package dev.photocredits.functions.webhook;

import org.jspecify.annotations.NullMarked;
