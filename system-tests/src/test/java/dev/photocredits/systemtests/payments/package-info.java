/** Purchases, refunds, disputes and expiry, over HTTP. */
@NullMarked
package dev.photocredits.systemtests.payments;

import org.jspecify.annotations.NullMarked;
