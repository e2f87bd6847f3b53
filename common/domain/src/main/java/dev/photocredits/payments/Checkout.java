package dev.photocredits.payments;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome.Fulfilled;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.Claims;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestHash;
import dev.photocredits.payments.CheckoutOutcome.KeyReused;
import dev.photocredits.payments.CheckoutOutcome.Opened;
import java.time.InstantSource;
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
    var now = clock.instant();
    var attempt = ids.next(now);
    if (key == null) {
      return new Opened(open(email, pack, attempt));
    }
    var request = RequestHash.of(email.value(), pack.key());
    var holder =
        claims.claim(Claim.of(email, Claim.Scope.CHECKOUT, key, request, attempt, now), now);
    return holder.request().equals(request)
        ? new Opened(open(email, pack, holder.result()))
        : new KeyReused();
  }

  /**
   * A session that somebody asked for.
   *
   * @param grant what became of its credits, once it is paid
   */
  public record Asked(FindOutcome outcome, @Nullable Fulfilled grant) {}

  /**
   * The session as it is now. One that is paid has granted its credits when this returns, whether
   * or not a webhook has arrived, and whoever asks: they go to the payer.
   */
  public Asked find(SessionId id) {
    var found = payments.find(id);
    return found instanceof FoundSession session && session.paid() != null
        ? new Asked(found, fulfilment.fulfil(session.paid()))
        : new Asked(found, null);
  }

  private CheckoutSession open(Email email, CreditPackage pack, UUID attempt) {
    var user = accounts.open(email);
    var customer = user.customer().orElseGet(() -> createCustomer(email));
    return payments.openSession(email, customer, pack, attempt);
  }

  private CustomerId createCustomer(Email email) {
    return ledger.linkCustomer(email, payments.createCustomer(email), clock.instant());
  }
}
