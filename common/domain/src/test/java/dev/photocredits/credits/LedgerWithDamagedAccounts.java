package dev.photocredits.credits;

import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Page;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A ledger that fails to expire the credits of some users. */
record LedgerWithDamagedAccounts(Ledger ledger, Set<Email> damaged) implements Ledger {
  @Override
  public Credits expire(Email email, TransactionId id, Instant now) {
    if (damaged.contains(email)) {
      throw new IllegalStateException("damaged");
    }
    return ledger.expire(email, id, now);
  }

  @Override
  public Optional<User> find(Email email) {
    return ledger.find(email);
  }

  @Override
  public User create(Email email, @Nullable Promotion welcome, Instant now) {
    return ledger.create(email, welcome, now);
  }

  @Override
  public CustomerId linkCustomer(
      Email email, CustomerId customer, @Nullable CustomerId deleted, Instant now) {
    return ledger.linkCustomer(email, customer, deleted, now);
  }

  @Override
  public Identity bind(Email email, Identity identity, Instant now) {
    return ledger.bind(email, identity, now);
  }

  @Override
  public GrantOutcome grant(
      Email email, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order) {
    return ledger.grant(email, purchase, charge, order);
  }

  @Override
  public Optional<GrantOutcome.AlreadyGranted> findGrant(SessionId session) {
    return ledger.findGrant(session);
  }

  @Override
  public ReversalOutcome reverse(PaymentUpdate update, TransactionId id, Instant now) {
    return ledger.reverse(update, id, now);
  }

  @Override
  public PromotionOutcome promote(Email email, Promotion promotion, boolean again) {
    return ledger.promote(email, promotion, again);
  }

  @Override
  public AdjustmentOutcome adjust(Email email, Adjustment adjustment) {
    return ledger.adjust(email, adjustment);
  }

  @Override
  public Page<Email> expiring(Instant now, int limit) {
    return ledger.expiring(now, limit);
  }

  @Override
  public Page<Transaction> statement(Email email, int limit, @Nullable TransactionId before) {
    return ledger.statement(email, limit, before);
  }
}
