package dev.photocredits.payments;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.PurchaseOrderId;
import org.jspecify.annotations.Nullable;

/**
 * What a Checkout Session says that it sells. It names a purchase order, a pack, or both.
 *
 * @param order the purchase order; sessions of the service that we replace have none
 * @param pack the pack of that key, unless our catalogue has none
 * @param currency in which the session charges, if it tells
 */
public record SaleTerms(
    Email buyer,
    @Nullable PurchaseOrderId order,
    @Nullable CreditPackage pack,
    @Nullable String currency) {}
