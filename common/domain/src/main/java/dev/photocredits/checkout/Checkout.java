package dev.photocredits.checkout;

import dev.photocredits.checkout.CheckoutOutcome.KeyReused;
import dev.photocredits.checkout.CheckoutOutcome.Opened;
import dev.photocredits.checkout.CheckoutOutcome.OtherIdentity;
import dev.photocredits.checkout.Payments.AttemptFailed;
import dev.photocredits.checkout.Payments.CustomerCreated;
import dev.photocredits.checkout.Payments.CustomerDeleted;
import dev.photocredits.checkout.Payments.SessionOpened;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Identity;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.User;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.FulfilmentOutcome;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.payments.SaleOutcome;
import dev.photocredits.payments.SessionLookupOutcome;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sells a credit package: opens the page on which the customer pays. The credits are granted after
 * payment.
 */
public final class Checkout {
  /** How many attempts a call makes. The next call continues from the last one. */
  private static final int TRIES = 3;

  private final Accounts accounts;
  private final Ledger ledger;
  private final IdempotencyRecords idempotencyRecords;
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
      IdempotencyRecords idempotencyRecords,
      PurchaseOrders orders,
      Payments payments,
      Fulfilment fulfilment,
      String stage,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.accounts = accounts;
    this.ledger = ledger;
    this.idempotencyRecords = idempotencyRecords;
    this.orders = orders;
    this.payments = payments;
    this.fulfilment = fulfilment;
    this.stage = stage;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Opens a Checkout Session. Creates the user and their Stripe customer if necessary, and replaces
   * a customer that was deleted at Stripe. {@link PaymentsUnavailable} leaves behind at most a
   * user, a customer, idempotency records and an unpaid purchase order.
   *
   * <p>A repeat with the same key within 24 hours opens the same session, with the terms of the
   * first call: the idempotency record names the purchase order, by whose id the provider
   * recognizes the repeat. If the provider has failed under that id, it repeats the failure for a
   * day, so another purchase order replaces it. Without a key every call opens a new session.
   *
   * @param caller who signed in for the address; null if access is open
   */
  public CheckoutOutcome open(
      Email email, @Nullable Identity caller, CreditPackage pack, @Nullable IdempotencyKey key) {
    // Comes before the idempotency record, so that a user who is being erased leaves no key behind.
    var account = accounts.open(email, caller);
    return account.isPresent() ? open(account.get(), pack, key) : new OtherIdentity();
  }

  private CheckoutOutcome open(User buyer, CreditPackage pack, @Nullable IdempotencyKey key) {
    var email = buyer.email();
    var customer = buyer.stripeCustomer();
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
        case AttemptFailed _ -> failed = attempt.get();
      }
    }
    throw new PaymentsUnavailable("no session was opened in " + TRIES + " attempts");
  }

  /** Returns the purchase order of the attempt, as it was first written. */
  private PurchaseOrder order(Email email, CreditPackage pack, UUID attempt) {
    var id = new PurchaseOrderId(attempt);
    var wanted =
        new PurchaseOrder(id, email, pack.key(), pack.sale(), stage, clock.instant(), null);
    return orders.place(wanted);
  }

  /**
   * Returns the attempt of the idempotency record; nothing if the key was used for another request.
   */
  private Optional<UUID> attempt(
      Email email, CreditPackage pack, @Nullable IdempotencyKey key, @Nullable UUID failed) {
    var now = clock.instant();
    var attempt = ids.next(now);
    if (key == null) {
      return Optional.of(attempt);
    }
    var request = RequestFingerprint.of(email.value(), pack.key());
    var wanted =
        IdempotencyRecord.of(email, IdempotencyRecord.Scope.CHECKOUT, key, request, attempt, now);
    return Optional.of(idempotencyRecords.putIfAbsent(wanted, failed, now))
        .filter(earlier -> earlier.isFor(request))
        .map(IdempotencyRecord::result);
  }

  /** Looks up the current state of a session at the provider. Writes nothing. */
  public SessionLookupOutcome find(SessionId id) {
    return fulfilment.find(id);
  }

  /** Returns what the session sells. Writes nothing. */
  public SaleOutcome sale(FoundSession session) {
    return fulfilment.sale(session.terms());
  }

  /**
   * Grants what a session has paid for, even if its webhook has not arrived. Does nothing while it
   * is unpaid.
   */
  public Optional<FulfilmentOutcome> fulfil(FoundSession session) {
    return Optional.ofNullable(session.paid()).map(fulfilment::fulfil);
  }

  /**
   * Creates the user's customer at Stripe and links the user to it. Concurrent calls, and repeats
   * within a day, create one customer, because they share an idempotency record.
   *
   * @param deleted the deleted customer that the new one replaces
   */
  private CustomerId createCustomer(Email email, @Nullable CustomerId deleted) {
    var key = new IdempotencyKey(deleted == null ? "first" : deleted.value());
    @Nullable UUID failed = null;
    for (var tries = 0; tries < TRIES; tries++) {
      var now = clock.instant();
      var request = RequestFingerprint.of(key.value());
      var wanted =
          IdempotencyRecord.of(
              email, IdempotencyRecord.Scope.CUSTOMER, key, request, ids.next(now), now);
      var attempt = idempotencyRecords.putIfAbsent(wanted, failed, now).result();
      switch (payments.createCustomer(email, attempt)) {
        case CustomerCreated(var customer) -> {
          return ledger.linkCustomer(email, customer, deleted, now);
        }
        case AttemptFailed _ -> failed = attempt;
      }
    }
    throw new PaymentsUnavailable("no customer was created in " + TRIES + " attempts");
  }
}
