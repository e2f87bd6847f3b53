package dev.photocredits.payments;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.SessionId;

/** A Checkout Session that the provider says is paid, or that needs no payment. */
public record PaidSession(SessionId id, Email email, CreditPackage pack, Money paid) {}
