package dev.photocredits.dynamodb;

import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantOutcome.NoSuchUser;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.GrantRepair;
import dev.photocredits.credits.Identity;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.PromotionOutcome.AlreadyPromoted;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.PromotionOutcome.TooManyLots;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.ReversalOutcome.AlreadyRecorded;
import dev.photocredits.credits.ReversalOutcome.OtherCurrency;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Standing;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.User;
import dev.photocredits.dynamodb.OptimisticUpdate.Done;
import dev.photocredits.dynamodb.OptimisticUpdate.Refused;
import dev.photocredits.dynamodb.Table.Change;
import dev.photocredits.dynamodb.TransactWrite.Part;
import dev.photocredits.dynamodb.items.AdjustmentRecord;
import dev.photocredits.dynamodb.items.Fields;
import dev.photocredits.dynamodb.items.GrantRecordItem;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.PaymentItem;
import dev.photocredits.dynamodb.items.PromotionRecord;
import dev.photocredits.dynamodb.items.StoredTransaction;
import dev.photocredits.dynamodb.items.Tombstone;
import dev.photocredits.dynamodb.items.UserItem;
import dev.photocredits.dynamodb.items.WelcomeRecord;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.Email;
import dev.photocredits.values.Mailbox;
import dev.photocredits.values.Money;
import dev.photocredits.values.Page;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link Ledger} in DynamoDB. */
final class DynamoDbLedger implements Ledger {
  /**
   * The distance between the ids of a repaired purchase and of a reversal of it, which leaves room
   * for the ids of expiries in between.
   */
  private static final int FAR_BEHIND = 100;

  private final Table table;
  private final @Nullable DigestKey digestKey;

  /**
   * @param digestKey keys the records of welcome credits; null if none are granted
   */
  DynamoDbLedger(Table table, @Nullable DigestKey digestKey) {
    this.table = table;
    this.digestKey = digestKey;
  }

  @Override
  public Optional<User> find(Email email) {
    return table.find(UserItem.SCHEMA, Keys.user(email), Keys.PROFILE);
  }

  @Override
  public User create(Email email, @Nullable Promotion welcome, Instant now) {
    var credits = welcome == null ? Credits.NONE : welcome.credits();
    var user =
        new User(
            email,
            credits,
            Lots.NONE,
            OpenReversals.NONE,
            null,
            null,
            Money.usd(0),
            User.Held.NOTHING,
            now,
            now);
    var transaction = table.transaction();
    var profile = transaction.create(UserItem.SCHEMA, user);
    @Nullable Part<WelcomeRecord> welcomed = null;
    if (welcome != null) {
      var _ = transaction.create(StoredTransaction.SCHEMA, new StoredTransaction(email, welcome));
      var key = welcomeKey(email);
      welcomed = transaction.create(WelcomeRecord.SCHEMA, new WelcomeRecord(key));
    }
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return user;
    }
    // A mailbox gets welcome credits only once, even if its user has been erased.
    return welcomed != null && outcome.isRefused(welcomed) && !outcome.isRefused(profile)
        ? create(email, null, now)
        : outcome.found(profile).orElseThrow(outcome::impossible);
  }

  private String welcomeKey(Email email) {
    if (digestKey == null) {
      throw new IllegalStateException("the table was opened without the digest key");
    }
    return Keys.welcome(digestKey, Mailbox.of(email));
  }

  @Override
  public CustomerId linkCustomer(
      Email email, CustomerId customer, @Nullable CustomerId deleted, Instant now) {
    var values = new HashMap<String, AttributeValue>();
    values.put(":customer", AttributeValue.fromS(customer.value()));
    values.put(":now", AttributeValue.fromS(Fields.time(now)));
    var free = "attribute_not_exists(stripe_customer_id)";
    if (deleted != null) {
      values.put(":deleted", AttributeValue.fromS(deleted.value()));
      free = "(" + free + " OR stripe_customer_id = :deleted)";
    }
    var updated =
        table.update(
            new Change(
                Keys.item(Keys.user(email), Keys.PROFILE),
                "SET stripe_customer_id = :customer, updated_at = :now",
                "attribute_exists(credits) AND " + free,
                Map.of(),
                values));
    return updated.isComplete()
        ? customer
        : updated.found(UserItem.SCHEMA).flatMap(User::customer).orElseThrow(updated::impossible);
  }

  // In a transaction, because the functions that only read accounts have no right to update single
  // items.
  @Override
  public Identity bind(Email email, Identity identity, Instant now) {
    var transaction = table.transaction();
    var profile =
        transaction.update(
            UserItem.SCHEMA,
            new Change(
                Keys.item(Keys.user(email), Keys.PROFILE),
                "SET bound_to = :identity, updated_at = :now",
                "attribute_exists(credits) AND attribute_not_exists(bound_to)",
                Map.of(),
                Map.of(
                    ":identity", AttributeValue.fromS(identity.digest()),
                    ":now", AttributeValue.fromS(Fields.time(now)))));
    var outcome = transaction.execute();
    return outcome.isComplete()
        ? identity
        : outcome.found(profile).flatMap(User::identity).orElseThrow(outcome::impossible);
  }

  /** The stored state that a grant assumes. */
  private record Found(
      Standing standing, @Nullable Payment payment, @Nullable PurchaseOrderId order) {}

  @Override
  public GrantOutcome grant(
      Email email, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order) {
    // The grant record may have been lost and the purchase not, so each is looked up separately.
    if (purchases(email).anyMatch(it -> it.session().equals(purchase.session()))) {
      return repair(email, purchase, charge, order);
    }
    var nothing =
        new Found(Standing.PLAIN, charge == null ? null : Payment.unknown(charge.payment()), order);
    return OptimisticUpdate.until(nothing, found -> grant(email, purchase, charge, found));
  }

  private Stream<Purchase> purchases(Email owner) {
    return table.all(StoredTransaction.SCHEMA, Keys.user(owner), Keys.TRANSACTIONS).stream()
        .map(StoredTransaction::transaction)
        .filter(Purchase.class::isInstance)
        .map(Purchase.class::cast);
  }

  private OptimisticUpdate<Found, GrantOutcome> grant(
      Email email, Purchase purchase, @Nullable Charge charge, Found found) {
    var standing = found.standing();
    var before = found.payment();
    var order = found.order();
    if (before != null && before.grant() != null) {
      return new Done<>(repair(before.grant().owner(), purchase, charge, order));
    }
    @Nullable Payment after =
        before == null || charge == null ? null : before.granted(Grant.of(email, purchase, charge));
    var grantRecord =
        new GrantRecord(
            purchase.session(),
            email,
            purchase.id(),
            charge == null ? null : charge.payment(),
            order);
    var journal = Journal.grant(standing, purchase, after);
    var transaction = table.transaction();
    var granted = transaction.create(GrantRecordItem.SCHEMA, grantRecord);
    var profile = transaction.update(UserItem.SCHEMA, BalanceUpdates.in(email, journal));
    @Nullable Part<Payment> payment =
        before == null || after == null ? null : replace(transaction, before, after);
    @Nullable Part<Void> paid =
        order == null
            ? null
            : DynamoDbPurchaseOrders.pay(transaction, email, order, purchase.createdAt());
    var _ = JournalParts.in(transaction, email, journal);
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(
          after == null
              ? new Granted(purchase.credits(), Credits.NONE, false)
              : new Granted(purchase.credits(), after.reversed(), after.hasOtherCurrency()));
    }
    if (outcome.isRefused(granted)) {
      var owner = outcome.found(granted).orElseThrow(outcome::impossible).owner();
      return new Done<>(repair(owner, purchase, charge, order));
    }
    if (outcome.isRefused(profile)) {
      var user = outcome.found(profile);
      if (user.isEmpty()) {
        return new Done<>(new NoSuchUser());
      }
      standing = Standing.of(user.get());
    }
    if (outcome.isRefused(paid)) {
      order = null;
    } else if (!outcome.isRefused(profile) && !outcome.isRefused(payment)) {
      throw outcome.impossible();
    }
    if (payment != null && outcome.isRefused(payment)) {
      before = outcome.found(payment).orElseThrow(outcome::impossible);
    }
    return new Refused<>(new Found(standing, before, order));
  }

  /** Repairs a grant of which at least one part is stored; the other parts may be missing. */
  private GrantOutcome repair(
      Email owner, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order) {
    return OptimisticUpdate.until(owner, _ -> tryRepair(owner, purchase, charge, order));
  }

  private OptimisticUpdate<Email, GrantOutcome> tryRepair(
      Email owner, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order) {
    // While an account moves to a pseudonym, neither of the two has all of its transactions.
    if (owner.isPseudonym() || isLeaving(owner)) {
      var granted = findGrant(purchase.session());
      if (granted.isPresent()) {
        return new Done<>(granted.get());
      }
    }
    var found = find(owner);
    if (found.isEmpty()) {
      return new Done<>(new NoSuchUser());
    }
    var user = found.get();
    var transactions = transactions(owner);
    @Nullable GrantRecord grantRecord =
        table
            .find(GrantRecordItem.SCHEMA, Keys.payment(purchase.session()), Keys.PAYMENT)
            .orElse(null);
    @Nullable Payment before = charge == null ? null : find(charge.payment()).orElse(null);
    @Nullable PurchaseOrderId kept =
        order == null || table.find(Keys.user(owner), Keys.order(order)).isEmpty() ? null : order;
    // Every change of a balance writes the profile. If the profile is unchanged, everything read in
    // between is consistent with it.
    if (!find(owner).equals(found)) {
      return findGrant(purchase.session())
          .<OptimisticUpdate<Email, GrantOutcome>>map(Done::new)
          .orElseGet(() -> new Refused<>(owner));
    }
    var repair = GrantRepair.of(user, transactions, grantRecord, before, purchase, charge, kept);
    if (repair.isEmpty()) {
      return new Done<>(new AlreadyGranted(before != null && before.hasOtherCurrency()));
    }
    if (!isWritten(repair.get(), user, transactions, grantRecord, before, purchase.createdAt())) {
      return new Refused<>(owner);
    }
    @Nullable Payment after = repair.get().payment();
    if (after != null) {
      settle(after.id(), purchase);
    }
    var hasOtherCurrency = after != null && after.hasOtherCurrency();
    return new Done<>(
        repair.get().isWritten() && repair.get().journal() != null
            ? new Granted(
                purchase.credits(),
                after == null ? Credits.NONE : after.settled().reversed(),
                hasOtherCurrency)
            : new AlreadyGranted(hasOtherCurrency));
  }

  private List<Transaction> transactions(Email owner) {
    return table.all(StoredTransaction.SCHEMA, Keys.user(owner), Keys.TRANSACTIONS).stream()
        .map(StoredTransaction::transaction)
        .toList();
  }

  /** Whether the owner is being erased, so that their profile is a tombstone. */
  private boolean isLeaving(Email owner) {
    return table
        .find(Keys.user(owner), Keys.PROFILE)
        .filter(item -> item.containsKey(Tombstone.ERASED_AS))
        .isPresent();
  }

  private boolean isWritten(
      GrantRepair repair,
      User user,
      List<Transaction> known,
      @Nullable GrantRecord grantRecord,
      @Nullable Payment before,
      Instant now) {
    var owner = user.email();
    var journal = repair.journal();
    var transaction = table.transaction();
    restore(transaction, grantRecord, repair.grantRecord());
    @Nullable Payment after = repair.payment();
    if (after != null && !after.equals(before)) {
      var _ = replace(transaction, before == null ? unknown(after) : before, after);
    }
    var missing =
        journal == null
            ? repair.isWritten() ? List.<Transaction>of(repair.purchase()) : List.<Transaction>of()
            : journal.transactions().stream().filter(it -> !known.contains(it)).toList();
    missing.forEach(
        it -> {
          var _ = transaction.create(StoredTransaction.SCHEMA, new StoredTransaction(owner, it));
        });
    var _ =
        transaction.update(
            UserItem.SCHEMA,
            journal == null
                ? BalanceUpdates.unmoved(user, now)
                : BalanceUpdates.asSeen(user, BalanceUpdates.in(owner, journal)));
    if (repair.grantRecord().purchaseOrder() != null) {
      var _ =
          DynamoDbPurchaseOrders.pay(transaction, owner, repair.grantRecord().purchaseOrder(), now);
    }
    return transaction.execute().isComplete();
  }

  private static void restore(
      TransactWrite transaction, @Nullable GrantRecord stored, GrantRecord whole) {
    if (stored == null) {
      var _ = transaction.create(GrantRecordItem.SCHEMA, whole);
    } else if (!stored.equals(whole)) {
      var _ =
          transaction.put(
              GrantRecordItem.SCHEMA,
              whole,
              "email = :owner AND transaction_id = :transaction",
              Map.of(),
              Map.of(
                  ":owner", AttributeValue.fromS(stored.owner().value()),
                  ":transaction", AttributeValue.fromS(stored.transaction().toString())));
    }
  }

  private static Payment unknown(Payment payment) {
    return Payment.unknown(payment.id());
  }

  /** Makes up for the reversals of a repaired payment, which may have been lost. */
  private void settle(PaymentIntentId payment, Purchase purchase) {
    var id = purchase.id().plus(FAR_BEHIND);
    var _ =
        OptimisticUpdate.until(
            payment(payment),
            before -> reverse(before, before.settled(), id, purchase.createdAt()));
  }

  @Override
  public Optional<AlreadyGranted> findGrant(SessionId session) {
    return table
        .find(GrantRecordItem.SCHEMA, Keys.payment(session), Keys.PAYMENT)
        .filter(
            grantRecord ->
                table
                    .find(
                        StoredTransaction.SCHEMA,
                        Keys.user(grantRecord.owner()),
                        Keys.transaction(grantRecord.transaction()))
                    .filter(
                        stored ->
                            stored.transaction().checkoutSession().equals(Optional.of(session)))
                    .isPresent())
        .flatMap(
            grantRecord ->
                grantRecord.payment() == null
                    ? Optional.of(new AlreadyGranted(false))
                    : find(grantRecord.payment())
                        .filter(payment -> payment.grant() != null)
                        .filter(payment -> payment.settled().equals(payment))
                        .map(payment -> new AlreadyGranted(payment.hasOtherCurrency())));
  }

  @Override
  public ReversalOutcome reverse(PaymentUpdate update, TransactionId id, Instant now) {
    return OptimisticUpdate.until(
        payment(update.payment()), before -> reverse(before, update, id, now));
  }

  private Optional<Payment> find(PaymentIntentId payment) {
    return table.find(PaymentItem.SCHEMA, Keys.payment(payment), Keys.MONEY);
  }

  private Payment payment(PaymentIntentId payment) {
    return find(payment).orElseGet(() -> Payment.unknown(payment));
  }

  private OptimisticUpdate<Payment, ReversalOutcome> reverse(
      Payment before, PaymentUpdate update, TransactionId id, Instant now) {
    if (before.isForeign(update)) {
      return new Done<>(new OtherCurrency());
    }
    return reverse(before, before.updatedBy(update), id, now);
  }

  private OptimisticUpdate<Payment, ReversalOutcome> reverse(
      Payment before, Payment after, TransactionId id, Instant now) {
    if (after.equals(before)) {
      return new Done<>(new AlreadyRecorded());
    }
    var grant = after.grant();
    var more = after.reversed().value() - before.reversed().value();
    if (grant == null || more == 0) {
      var transaction = table.transaction();
      var _ = replace(transaction, before, after);
      return transaction.execute().isComplete()
          ? new Done<>(new RecordedOnly())
          : new Refused<>(payment(before.id()));
    }
    var user = find(grant.owner());
    if (user.isEmpty()) {
      // If the owner has been erased since the payment was read, the payment now belongs to a
      // pseudonym.
      var again = payment(before.id());
      return again.equals(before)
          ? new Done<>(new ReversalOutcome.NoSuchUser(grant.owner()))
          : new Refused<>(again);
    }
    var owner = grant.owner();
    var journal =
        BalanceUpdates.explained(
            table, owner, Journal.reverse(Standing.of(user.get()), grant.session(), more, id, now));
    var transaction = table.transaction();
    var payment = replace(transaction, before, after);
    var profile =
        transaction.update(
            UserItem.SCHEMA,
            more > 0 ? BalanceUpdates.out(owner, journal) : BalanceUpdates.in(owner, journal));
    var _ = JournalParts.in(transaction, owner, journal);
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Reversed(owner, -more));
    }
    if (!outcome.isRefused(payment) && !outcome.isRefused(profile)) {
      throw outcome.impossible();
    }
    return new Refused<>(payment(before.id()));
  }

  /**
   * Writes the next version of a payment, on condition that the stored version is the one that was
   * read.
   */
  private static Part<Payment> replace(TransactWrite transaction, Payment before, Payment after) {
    return before.version() == 0
        ? transaction.create(PaymentItem.SCHEMA, after)
        : transaction.put(
            PaymentItem.SCHEMA,
            after,
            "version = :version",
            Map.of(),
            Map.of(":version", BalanceUpdates.number(before.version())));
  }

  @Override
  public PromotionOutcome promote(Email email, Promotion promotion, boolean again) {
    return OptimisticUpdate.until(
        Standing.PLAIN, standing -> promote(email, promotion, again, standing));
  }

  private OptimisticUpdate<Standing, PromotionOutcome> promote(
      Email email, Promotion promotion, boolean again, Standing standing) {
    var unexpired = standing.lots().unexpired(promotion.createdAt()).all();
    if (promotion.expiresAt() != null && unexpired.size() >= Lots.MOST) {
      return new Done<>(new TooManyLots());
    }
    var journal = BalanceUpdates.explained(table, email, Journal.promote(standing, promotion));
    var transaction = table.transaction();
    var profile = transaction.update(UserItem.SCHEMA, BalanceUpdates.in(email, journal));
    var transactions = JournalParts.in(transaction, email, journal);
    @Nullable Part<PromotionRecord> promoted =
        again
            ? null
            : transaction.create(PromotionRecord.SCHEMA, PromotionRecord.of(email, promotion));
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Promoted());
    }
    // If the promotion is granted again, there is no promotion record. A refused transaction may
    // then be ours, written by a call whose reply was lost.
    if ((promoted != null && outcome.isRefused(promoted))
        || transactions.isOurs(outcome, promotion::equals)) {
      return new Done<>(new AlreadyPromoted());
    }
    if (!outcome.isRefused(profile)) {
      throw outcome.impossible();
    }
    return outcome
        .found(profile)
        .<OptimisticUpdate<Standing, PromotionOutcome>>map(user -> new Refused<>(Standing.of(user)))
        .orElseGet(() -> new Done<>(new PromotionOutcome.NoSuchUser()));
  }

  @Override
  public AdjustmentOutcome adjust(Email email, Adjustment adjustment) {
    return OptimisticUpdate.until(find(email), user -> adjust(user, adjustment));
  }

  private OptimisticUpdate<Optional<User>, AdjustmentOutcome> adjust(
      Optional<User> found, Adjustment adjustment) {
    if (found.isEmpty()) {
      return new Done<>(new AdjustmentOutcome.NoSuchUser());
    }
    var user = found.get();
    var email = user.email();
    var adjusting = Journal.adjust(Standing.of(user), adjustment);
    if (adjusting.isEmpty()) {
      // An earlier call, whose reply was lost, may have withdrawn the credits already.
      return new Done<>(
          earlier(email, adjustment)
              .orElseGet(() -> new TooMuch(user.available(adjustment.createdAt()))));
    }
    var journal = BalanceUpdates.explained(table, email, adjusting.get());
    var transaction = table.transaction();
    var profile =
        transaction.update(
            UserItem.SCHEMA,
            adjustment.change() < 0
                ? BalanceUpdates.out(email, journal)
                : BalanceUpdates.in(email, journal));
    var transactions = JournalParts.in(transaction, email, journal);
    var adjusted =
        transaction.create(AdjustmentRecord.SCHEMA, new AdjustmentRecord(adjustment.id()));
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Adjusted());
    }
    if (outcome.isRefused(adjusted) || transactions.isRefused(outcome)) {
      return new Done<>(earlier(email, adjustment).orElseThrow(outcome::impossible));
    }
    if (!outcome.isRefused(profile)) {
      throw outcome.impossible();
    }
    return new Refused<>(outcome.found(profile));
  }

  /** The outcome if the id of the adjustment is already used. */
  private Optional<AdjustmentOutcome> earlier(Email email, Adjustment adjustment) {
    return table
        .find(StoredTransaction.SCHEMA, Keys.user(email), Keys.transaction(adjustment.id()))
        .<AdjustmentOutcome>map(
            stored -> adjustment.isSame(stored.transaction()) ? new Adjusted() : new IdTaken())
        .or(
            () ->
                table
                    .find(
                        AdjustmentRecord.SCHEMA, Keys.adjustment(adjustment.id()), Keys.ADJUSTMENT)
                    .map(_ -> new IdTaken()));
  }

  @Override
  public Page<Email> expiring(Instant now, int limit) {
    var found =
        table.oldestFirst(
            Keys.DUE,
            Map.entry(Keys.DUE, UserItem.EXPIRING),
            Map.entry(Keys.DUE_AT, Fields.time(now)),
            null,
            limit);
    return new Page<>(
        found.items().stream().map(keys -> Keys.owner(new Fields(keys).text(Keys.PK))).toList(),
        found.hasMore());
  }

  @Override
  public Credits expire(Email email, TransactionId id, Instant now) {
    return OptimisticUpdate.until(
        standing(find(email)), standing -> expire(email, standing, id, now));
  }

  // Credits can return to a lot after it expired, and then expire again. So the ids of expiries are
  // not derived from the lots; the condition on the lots ensures that each expires once.
  private OptimisticUpdate<Standing, Credits> expire(
      Email email, Standing standing, TransactionId id, Instant now) {
    var expiring = Journal.expire(standing, id, now);
    if (expiring.isEmpty()) {
      return new Done<>(Credits.NONE);
    }
    var journal = BalanceUpdates.explained(table, email, expiring.get());
    var transaction = table.transaction();
    var profile = transaction.update(UserItem.SCHEMA, BalanceUpdates.expire(email, journal));
    var _ = JournalParts.in(transaction, email, journal);
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Credits(-journal.credits()));
    }
    if (!outcome.isRefused(profile)) {
      throw outcome.impossible();
    }
    return new Refused<>(standing(outcome.found(profile)));
  }

  private static Standing standing(Optional<User> user) {
    return user.map(Standing::of).orElse(Standing.PLAIN);
  }

  @Override
  public Page<Transaction> statement(Email email, int limit, @Nullable TransactionId before) {
    var stored =
        table.newestFirst(
            StoredTransaction.SCHEMA,
            Keys.user(email),
            Keys.TRANSACTIONS,
            before == null ? null : Keys.transaction(before),
            limit);
    return new Page<>(
        stored.items().stream().map(StoredTransaction::transaction).toList(), stored.hasMore());
  }
}
