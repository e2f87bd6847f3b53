package dev.photocredits.payments;

import dev.photocredits.values.Email;
import dev.photocredits.values.PurchaseOrderId;
import org.jspecify.annotations.Nullable;

/**
 * What a Checkout Session says that it sells. It names a purchase order, a pack, or both.
 *
 * @param order the purchase order; null for sessions of the service that we replace
 * @param pack the pack with the key in the session; null if the catalogue has none
 * @param currency the currency of the charge; null if the session does not contain it
 */
public record SaleTerms(
    Email buyer,
    @Nullable PurchaseOrderId order,
    @Nullable CreditPackage pack,
    @Nullable String currency) {}
