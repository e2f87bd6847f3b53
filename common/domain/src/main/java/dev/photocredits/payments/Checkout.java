package dev.photocredits.payments;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Ledger;
import java.time.InstantSource;

/** Sells a credit package: opens the page where it is paid. The credits come with the webhook. */
public final class Checkout {
  private final Accounts accounts;
  private final Ledger ledger;
  private final Payments payments;
  private final InstantSource clock;

  public Checkout(Accounts accounts, Ledger ledger, Payments payments, InstantSource clock) {
    this.accounts = accounts;
    this.ledger = ledger;
    this.payments = payments;
    this.clock = clock;
  }

  /**
   * Opens a new Checkout Session; the user and their Stripe customer are created if need be, the
   * customer once. {@link PaymentsUnavailable} leaves at most those two behind.
   */
  public CheckoutSession open(Email email, CreditPackage pack) {
    var user = accounts.open(email);
    var customer = user.customer().orElseGet(() -> createCustomer(email));
    return payments.openSession(email, customer, pack);
  }

  private CustomerId createCustomer(Email email) {
    return ledger.linkCustomer(email, payments.createCustomer(email), clock.instant());
  }
}
