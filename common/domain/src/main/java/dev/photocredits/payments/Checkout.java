package dev.photocredits.payments;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome.Fulfilled;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.User;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.Claims;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestHash;
import dev.photocredits.payments.CheckoutOutcome.KeyReused;
import dev.photocredits.payments.CheckoutOutcome.Opened;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sells a credit package: opens the page where it is paid. The credits come with the payment. */
public final class Checkout {
  private final Accounts accounts;
  private final Ledger ledger;
  private final Claims claims;
  private final Payments payments;
  private final Fulfilment fulfilment;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public Checkout(
      Accounts accounts,
      Ledger ledger,
      Claims claims,
      Payments payments,
      Fulfilment fulfilment,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.accounts = accounts;
    this.ledger = ledger;
    this.claims = claims;
    this.payments = payments;
    this.fulfilment = fulfilment;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Opens a Checkout Session; the user and their Stripe customer are created if need be, the
   * customer once. {@link PaymentsUnavailable} leaves at most those two and the claim behind.
   *
   * <p>A repeat under the same key within 24 hours opens the same session: the claim names the key
   * under which the provider knows it again. Without a key every call opens a new one.
   */
  public CheckoutOutcome open(Email email, CreditPackage pack, @Nullable IdempotencyKey key) {
    // Before the claim: whoever is being erased leaves no key behind.
    var user = accounts.open(email);
    var now = clock.instant();
    var attempt = ids.next(now);
    if (key == null) {
      return new Opened(open(user, pack, attempt));
    }
    var request = RequestHash.of(email.value(), pack.key());
    var holder =
        claims.claim(Claim.of(email, Claim.Scope.CHECKOUT, key, request, attempt, now), now);
    return holder.request().equals(request)
        ? new Opened(open(user, pack, holder.result()))
        : new KeyReused();
  }

  /** The session as it is now, as far as the provider tells. Writes nothing. */
  public FindOutcome find(SessionId id) {
    return fulfilment.find(id);
  }

  /**
   * Grants what a session has paid for, whether or not a webhook has arrived; nothing while it is
   * not paid.
   */
  public Optional<Fulfilled> fulfil(FoundSession session) {
    return Optional.ofNullable(session.paid()).map(fulfilment::fulfil);
  }

  private CheckoutSession open(User user, CreditPackage pack, UUID attempt) {
    var customer = user.customer().orElseGet(() -> createCustomer(user.email()));
    return payments.openSession(user.email(), customer, pack, attempt);
  }

  private CustomerId createCustomer(Email email) {
    return ledger.linkCustomer(email, payments.createCustomer(email), clock.instant());
  }
}
