package dev.photocredits.payments;

import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.Identity;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.User;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.Page;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A ledger in which every user disappears as soon as it is created.
 *
 * @param owner whose payments all are
 */
record LedgerThatForgets(Email owner) implements Ledger {
  @Override
  public Optional<User> find(Email email) {
    return Optional.empty();
  }

  @Override
  public User create(Email email, @Nullable Promotion welcome, Instant now) {
    return new User(
        email,
        Credits.NONE,
        Lots.NONE,
        OpenReversals.NONE,
        null,
        null,
        Money.usd(0),
        User.Held.NOTHING,
        now,
        now);
  }

  @Override
  public CustomerId linkCustomer(
      Email email, CustomerId customer, @Nullable CustomerId deleted, Instant now) {
    throw new IllegalStateException("there is no such user");
  }

  @Override
  public Identity bind(Email email, Identity identity, Instant now) {
    throw new IllegalStateException("there is no such user");
  }

  @Override
  public GrantOutcome grant(
      Email email, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order) {
    return new GrantOutcome.NoSuchUser();
  }

  @Override
  public Optional<GrantOutcome.AlreadyGranted> findGrant(SessionId session) {
    return Optional.empty();
  }

  @Override
  public ReversalOutcome reverse(PaymentUpdate update, TransactionId id, Instant now) {
    return new ReversalOutcome.NoSuchUser(owner);
  }

  @Override
  public PromotionOutcome promote(Email email, Promotion promotion, boolean again) {
    return new PromotionOutcome.NoSuchUser();
  }

  @Override
  public AdjustmentOutcome adjust(Email email, Adjustment adjustment) {
    return new AdjustmentOutcome.NoSuchUser();
  }

  @Override
  public Page<Email> expiring(Instant now, int limit) {
    return new Page<>(List.of(), false);
  }

  @Override
  public Credits expire(Email email, TransactionId id, Instant now) {
    return Credits.NONE;
  }

  @Override
  public Page<Transaction> statement(Email email, int limit, @Nullable TransactionId before) {
    return new Page<>(List.of(), false);
  }
}
