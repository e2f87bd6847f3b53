package dev.photocredits.payments;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PurchaseOrderId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.Claims;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestHash;
import dev.photocredits.payments.CheckoutOutcome.KeyReused;
import dev.photocredits.payments.CheckoutOutcome.Opened;
import dev.photocredits.payments.Payments.AttemptSpent;
import dev.photocredits.payments.Payments.CustomerCreated;
import dev.photocredits.payments.Payments.CustomerDeleted;
import dev.photocredits.payments.Payments.SessionOpened;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sells a credit package: opens the page where it is paid. The credits come with the payment. */
public final class Checkout {
  /** What one call tries; the next call goes on from there. */
  private static final int TRIES = 3;

  private final Accounts accounts;
  private final Ledger ledger;
  private final Claims claims;
  private final PurchaseOrders orders;
  private final Payments payments;
  private final Fulfilment fulfilment;
  private final String stage;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  /**
   * @param stage the name of this deployment
   */
  public Checkout(
      Accounts accounts,
      Ledger ledger,
      Claims claims,
      PurchaseOrders orders,
      Payments payments,
      Fulfilment fulfilment,
      String stage,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.accounts = accounts;
    this.ledger = ledger;
    this.claims = claims;
    this.orders = orders;
    this.payments = payments;
    this.fulfilment = fulfilment;
    this.stage = stage;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Opens a Checkout Session. Creates the user and their Stripe customer if need be, and replaces a
   * customer who was deleted at Stripe. {@link PaymentsUnavailable} leaves at most those two,
   * claims and an unpaid purchase order behind.
   *
   * <p>A repeat under the same key within 24 hours opens the same session, as it was sold first:
   * the claim names the purchase order by which the provider knows it again. If the provider has
   * failed under that one, and would repeat the failure for a day, another one takes its place.
   * Without a key every call opens a new session.
   */
  public CheckoutOutcome open(Email email, CreditPackage pack, @Nullable IdempotencyKey key) {
    // Before the claim: a user who is being erased leaves no key behind.
    var customer = accounts.open(email).stripeCustomer();
    @Nullable UUID failed = null;
    for (var tries = 0; tries < TRIES; tries++) {
      var attempt = attempt(email, pack, key, failed);
      if (attempt.isEmpty()) {
        return new KeyReused();
      }
      if (customer == null) {
        customer = createCustomer(email, null);
      }
      var order = order(email, pack, attempt.get());
      switch (payments.openSession(order, customer)) {
        case SessionOpened(var session) -> {
          orders.opened(order, session.id());
          return new Opened(session);
        }
        case CustomerDeleted _ -> customer = createCustomer(email, customer);
        case AttemptSpent _ -> failed = attempt.get();
      }
    }
    throw new PaymentsUnavailable("no session was opened in " + TRIES + " attempts");
  }

  /** The purchase order of that attempt, as it was written first. */
  private PurchaseOrder order(Email email, CreditPackage pack, UUID attempt) {
    var id = new PurchaseOrderId(attempt);
    var wanted =
        new PurchaseOrder(id, email, pack.key(), pack.sale(), stage, clock.instant(), null);
    return orders.place(wanted);
  }

  /** The attempt that the key stands for; nothing if it stands for another request. */
  private Optional<UUID> attempt(
      Email email, CreditPackage pack, @Nullable IdempotencyKey key, @Nullable UUID failed) {
    var now = clock.instant();
    var attempt = ids.next(now);
    if (key == null) {
      return Optional.of(attempt);
    }
    var request = RequestHash.of(email.value(), pack.key());
    var wanted = Claim.of(email, Claim.Scope.CHECKOUT, key, request, attempt, now);
    return Optional.of(claims.claim(wanted, failed, now))
        .filter(holder -> holder.isFor(request))
        .map(Claim::result);
  }

  /** The session as it is now, as far as the provider tells. Writes nothing. */
  public FindOutcome find(SessionId id) {
    return fulfilment.find(id);
  }

  /** What the session sells. Writes nothing. */
  public SaleOutcome sale(FoundSession session) {
    return fulfilment.sale(session.terms());
  }

  /**
   * Grants what a session has paid for, whether or not a webhook has arrived; nothing while it is
   * not paid.
   */
  public Optional<FulfilmentOutcome> fulfil(FoundSession session) {
    return Optional.ofNullable(session.paid()).map(fulfilment::fulfil);
  }

  /**
   * Creates the user's customer and links them to it. Callers who do so at once, or again within a
   * day, create one customer: they share a claim.
   *
   * @param deleted the customer that the new one replaces
   */
  private CustomerId createCustomer(Email email, @Nullable CustomerId deleted) {
    var key = new IdempotencyKey(deleted == null ? "first" : deleted.value());
    @Nullable UUID failed = null;
    for (var tries = 0; tries < TRIES; tries++) {
      var now = clock.instant();
      var request = RequestHash.of(key.value());
      var wanted = Claim.of(email, Claim.Scope.CUSTOMER, key, request, ids.next(now), now);
      var attempt = claims.claim(wanted, failed, now).result();
      switch (payments.createCustomer(email, attempt)) {
        case CustomerCreated(var customer) -> {
          return ledger.linkCustomer(email, customer, deleted, now);
        }
        case AttemptSpent _ -> failed = attempt;
      }
    }
    throw new PaymentsUnavailable("no customer was created in " + TRIES + " attempts");
  }
}
