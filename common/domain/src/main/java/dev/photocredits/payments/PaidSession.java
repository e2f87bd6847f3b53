package dev.photocredits.payments;

import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * A Checkout Session that the provider says is paid, or that needs no payment.
 *
 * @param paid what the package cost after discounts
 * @param charge what refunds and disputes will be about, unless nothing was to pay
 */
public record PaidSession(
    SessionId id, Email email, CreditPackage pack, Money paid, @Nullable Charge charge) {}
