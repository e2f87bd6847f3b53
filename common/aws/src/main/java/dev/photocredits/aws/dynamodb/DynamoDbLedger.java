package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Attempt.Done;
import dev.photocredits.aws.dynamodb.Attempt.Refused;
import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.aws.dynamodb.Schemas.Given;
import dev.photocredits.aws.dynamodb.Schemas.Welcomed;
import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.aws.dynamodb.TransactWrite.Part;
import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantOutcome.NoSuchUser;
import dev.photocredits.credits.GrantRepair;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.PromotionOutcome.AlreadyPromoted;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.PromotionOutcome.TooManyLots;
import dev.photocredits.credits.PurchaseOrderId;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.ReversalOutcome.ForeignMoney;
import dev.photocredits.credits.ReversalOutcome.KnownAlready;
import dev.photocredits.credits.ReversalOutcome.Noted;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Standing;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link Ledger} in DynamoDB. */
final class DynamoDbLedger implements Ledger {
  /** Places between a healed purchase and a reversal of it, for what may expire in between. */
  private static final int FAR_BEHIND = 100;

  private final Table table;

  DynamoDbLedger(Table table) {
    this.table = table;
  }

  @Override
  public Optional<User> find(Email email) {
    return table.find(Schemas.USER, Keys.user(email), Keys.PROFILE);
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
            Money.usd(0),
            User.Underway.NOTHING,
            now,
            now);
    var transaction = table.transaction();
    var profile = transaction.create(Schemas.USER, user);
    var welcomed = new ArrayList<Part<Welcomed>>();
    if (welcome != null) {
      var _ = transaction.create(Schemas.ENTRY, new Entry(email, welcome));
      for (var key : Keys.welcomes(email)) {
        welcomed.add(transaction.create(Schemas.WELCOME, new Welcomed(key)));
      }
    }
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return user;
    }
    // A mailbox is not welcomed again, even if its user has been erased.
    return welcomed.stream().anyMatch(outcome::isRefused) && !outcome.isRefused(profile)
        ? create(email, null, now)
        : outcome.found(profile).orElseThrow(outcome::impossible);
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
        : updated.found(Schemas.USER).flatMap(User::customer).orElseThrow(updated::impossible);
  }

  /** What a purchase comes upon. */
  private record Found(
      Standing standing, @Nullable Payment payment, @Nullable PurchaseOrderId order) {}

  @Override
  public GrantOutcome grant(
      Email email, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order) {
    // Its mark may have been lost, and the purchase not: both are looked for by themselves.
    if (purchases(email).anyMatch(it -> it.session().equals(purchase.session()))) {
      return repair(email, purchase, charge, order);
    }
    var nothing =
        new Found(
            Standing.PLAIN, charge == null ? null : Payment.unheardOf(charge.payment()), order);
    return Attempt.until(nothing, found -> grant(email, purchase, charge, found));
  }

  private Stream<Purchase> purchases(Email owner) {
    return table.all(Schemas.ENTRY, Keys.user(owner), Keys.TRANSACTIONS).stream()
        .map(Entry::transaction)
        .filter(Purchase.class::isInstance)
        .map(Purchase.class::cast);
  }

  private Attempt<Found, GrantOutcome> grant(
      Email email, Purchase purchase, @Nullable Charge charge, Found found) {
    var standing = found.standing();
    var before = found.payment();
    var order = found.order();
    if (before != null && before.grant() != null) {
      return new Done<>(repair(before.grant().owner(), purchase, charge, order));
    }
    @Nullable Payment after =
        before == null || charge == null
            ? null
            : before.granting(Grant.of(email, purchase, charge));
    var mark =
        new SessionMark(
            purchase.session(),
            email,
            purchase.id(),
            charge == null ? null : charge.payment(),
            order);
    var journal = Journal.grant(standing, purchase, after);
    var transaction = table.transaction();
    var granted = transaction.create(Schemas.MARK, mark);
    var profile = transaction.update(Schemas.USER, Balance.in(email, journal));
    @Nullable Part<Payment> payment =
        before == null || after == null ? null : replace(transaction, before, after);
    @Nullable Part<Void> paid =
        order == null
            ? null
            : DynamoDbPurchaseOrders.pay(transaction, email, order, purchase.createdAt());
    var _ = Schemas.create(transaction, email, journal);
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(
          after == null
              ? new Granted(purchase.credits(), Credits.NONE, false)
              : new Granted(purchase.credits(), after.reversed(), after.knowsForeignMoney()));
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

  /** Heals a grant of which at least a part is there; the other parts may be missing. */
  private GrantOutcome repair(
      Email owner, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order) {
    return Attempt.until(owner, _ -> tryRepair(owner, purchase, charge, order));
  }

  private Attempt<Email, GrantOutcome> tryRepair(
      Email owner, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order) {
    // While an account moves to a pseudonym, neither has all of its transactions.
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
    @Nullable SessionMark mark =
        table.find(Schemas.MARK, Keys.payment(purchase.session()), Keys.PAYMENT).orElse(null);
    @Nullable Payment before = charge == null ? null : find(charge.payment()).orElse(null);
    @Nullable PurchaseOrderId kept =
        order == null || table.find(Keys.user(owner), Keys.order(order)).isEmpty() ? null : order;
    // Whatever moves a balance writes the profile: what was read between is of one moment.
    if (!find(owner).equals(found)) {
      return findGrant(purchase.session())
          .<Attempt<Email, GrantOutcome>>map(Done::new)
          .orElseGet(() -> new Refused<>(owner));
    }
    var repair = GrantRepair.of(user, transactions, mark, before, purchase, charge, kept);
    if (repair.isEmpty()) {
      return new Done<>(new AlreadyGranted(before != null && before.knowsForeignMoney()));
    }
    if (!isWritten(repair.get(), user, transactions, mark, before, purchase.createdAt())) {
      return new Refused<>(owner);
    }
    @Nullable Payment after = repair.get().payment();
    if (after != null) {
      settle(after.id(), purchase);
    }
    var knowsForeignMoney = after != null && after.knowsForeignMoney();
    return new Done<>(
        repair.get().isWritten() && repair.get().journal() != null
            ? new Granted(
                purchase.credits(),
                after == null ? Credits.NONE : after.settled().reversed(),
                knowsForeignMoney)
            : new AlreadyGranted(knowsForeignMoney));
  }

  private List<Transaction> transactions(Email owner) {
    return table.all(Schemas.ENTRY, Keys.user(owner), Keys.TRANSACTIONS).stream()
        .map(Entry::transaction)
        .toList();
  }

  /** Whether the owner is being erased, so that their account cannot be read as a user's. */
  private boolean isLeaving(Email owner) {
    return table
        .find(Keys.user(owner), Keys.PROFILE)
        .filter(item -> item.containsKey(Schemas.ERASED_AS))
        .isPresent();
  }

  private boolean isWritten(
      GrantRepair repair,
      User user,
      List<Transaction> known,
      @Nullable SessionMark mark,
      @Nullable Payment before,
      Instant now) {
    var owner = user.email();
    var journal = repair.journal();
    var transaction = table.transaction();
    mend(transaction, mark, repair.mark());
    @Nullable Payment after = repair.payment();
    if (after != null && !after.equals(before)) {
      var _ = replace(transaction, before == null ? unheardOf(after) : before, after);
    }
    var missing =
        journal == null
            ? repair.isWritten() ? List.<Transaction>of(repair.purchase()) : List.<Transaction>of()
            : journal.transactions().stream().filter(it -> !known.contains(it)).toList();
    missing.forEach(
        it -> {
          var _ = transaction.create(Schemas.ENTRY, new Entry(owner, it));
        });
    var _ =
        transaction.update(
            Schemas.USER,
            journal == null
                ? Balance.unmoved(user, now)
                : Balance.asSeen(user, Balance.in(owner, journal)));
    if (repair.mark().order() != null) {
      var _ = DynamoDbPurchaseOrders.pay(transaction, owner, repair.mark().order(), now);
    }
    return transaction.execute().isComplete();
  }

  private static void mend(
      TransactWrite transaction, @Nullable SessionMark mark, SessionMark whole) {
    if (mark == null) {
      var _ = transaction.create(Schemas.MARK, whole);
    } else if (!mark.equals(whole)) {
      var _ =
          transaction.put(
              Schemas.MARK,
              whole,
              "email = :owner AND transaction_id = :entry",
              Map.of(),
              Map.of(
                  ":owner", AttributeValue.fromS(mark.owner().value()),
                  ":entry", AttributeValue.fromS(mark.entry().toString())));
    }
  }

  private static Payment unheardOf(Payment payment) {
    return Payment.unheardOf(payment.id());
  }

  /** Reverses what is due of a healed payment, whose reversals may have been lost. */
  private void settle(PaymentIntentId payment, Purchase purchase) {
    var id = purchase.id().plus(FAR_BEHIND);
    var _ =
        Attempt.until(
            payment(payment),
            before -> reverse(before, before.settled(), id, purchase.createdAt()));
  }

  @Override
  public Optional<AlreadyGranted> findGrant(SessionId session) {
    return table
        .find(Schemas.MARK, Keys.payment(session), Keys.PAYMENT)
        .filter(
            mark ->
                table
                    .find(Schemas.ENTRY, Keys.user(mark.owner()), Keys.transaction(mark.entry()))
                    .filter(entry -> entry.transaction().payment().equals(Optional.of(session)))
                    .isPresent())
        .flatMap(
            mark ->
                mark.payment() == null
                    ? Optional.of(new AlreadyGranted(false))
                    : find(mark.payment())
                        .filter(payment -> payment.grant() != null)
                        .filter(payment -> payment.settled().equals(payment))
                        .map(payment -> new AlreadyGranted(payment.knowsForeignMoney())));
  }

  @Override
  public ReversalOutcome reverse(MoneyMoved news, TransactionId id, Instant now) {
    return Attempt.until(payment(news.payment()), before -> reverse(before, news, id, now));
  }

  private Optional<Payment> find(PaymentIntentId payment) {
    return table.find(Schemas.PAYMENT, Keys.payment(payment), Keys.MONEY);
  }

  private Payment payment(PaymentIntentId payment) {
    return find(payment).orElseGet(() -> Payment.unheardOf(payment));
  }

  private Attempt<Payment, ReversalOutcome> reverse(
      Payment before, MoneyMoved news, TransactionId id, Instant now) {
    if (before.isForeign(news)) {
      return new Done<>(new ForeignMoney());
    }
    return reverse(before, before.hearing(news), id, now);
  }

  private Attempt<Payment, ReversalOutcome> reverse(
      Payment before, Payment after, TransactionId id, Instant now) {
    if (after.equals(before)) {
      return new Done<>(new KnownAlready());
    }
    var grant = after.grant();
    var more = after.reversed().value() - before.reversed().value();
    if (grant == null || more == 0) {
      var note = table.transaction();
      var _ = replace(note, before, after);
      return note.execute().isComplete()
          ? new Done<>(new Noted())
          : new Refused<>(payment(before.id()));
    }
    var user = find(grant.owner());
    if (user.isEmpty()) {
      // Whoever has been erased since the payment was read has left it to a pseudonym.
      var again = payment(before.id());
      return again.equals(before)
          ? new Done<>(new ReversalOutcome.NoSuchUser(grant.owner()))
          : new Refused<>(again);
    }
    var owner = grant.owner();
    var journal =
        Balance.explained(
            table, owner, Journal.reverse(Standing.of(user.get()), grant.session(), more, id, now));
    var transaction = table.transaction();
    var payment = replace(transaction, before, after);
    var profile =
        transaction.update(
            Schemas.USER, more > 0 ? Balance.out(owner, journal) : Balance.in(owner, journal));
    var _ = Schemas.create(transaction, owner, journal);
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Reversed(owner, -more));
    }
    if (!outcome.isRefused(payment) && !outcome.isRefused(profile)) {
      throw outcome.impossible();
    }
    return new Refused<>(payment(before.id()));
  }

  /** The next version of what is known of a payment, where nobody has written it before. */
  private static Part<Payment> replace(TransactWrite transaction, Payment before, Payment after) {
    return before.version() == 0
        ? transaction.create(Schemas.PAYMENT, after)
        : transaction.put(
            Schemas.PAYMENT,
            after,
            "version = :version",
            Map.of(),
            Map.of(":version", Balance.number(before.version())));
  }

  @Override
  public PromotionOutcome promote(Email email, Promotion promotion, boolean again) {
    return Attempt.until(Standing.PLAIN, standing -> promote(email, promotion, again, standing));
  }

  private Attempt<Standing, PromotionOutcome> promote(
      Email email, Promotion promotion, boolean again, Standing standing) {
    var unexpired = standing.lots().unexpired(promotion.createdAt()).all();
    if (promotion.expiresAt() != null && unexpired.size() >= Lots.MOST) {
      return new Done<>(new TooManyLots());
    }
    var journal = Balance.explained(table, email, Journal.promote(standing, promotion));
    var transaction = table.transaction();
    var profile = transaction.update(Schemas.USER, Balance.in(email, journal));
    var entries = Schemas.create(transaction, email, journal);
    @Nullable Part<Given> given =
        again ? null : transaction.create(Schemas.GIVEN, Given.of(email, promotion));
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Promoted());
    }
    // The entry alone may be ours, written by a call whose reply was lost, where it is given again.
    if ((given != null && outcome.isRefused(given))
        || Schemas.isOurs(outcome, entries, promotion::equals)) {
      return new Done<>(new AlreadyPromoted());
    }
    if (!outcome.isRefused(profile)) {
      throw outcome.impossible();
    }
    return outcome
        .found(profile)
        .<Attempt<Standing, PromotionOutcome>>map(user -> new Refused<>(Standing.of(user)))
        .orElseGet(() -> new Done<>(new PromotionOutcome.NoSuchUser()));
  }

  @Override
  public AdjustmentOutcome adjust(Email email, Adjustment adjustment) {
    return Attempt.until(find(email), user -> adjust(user, adjustment));
  }

  private Attempt<Optional<User>, AdjustmentOutcome> adjust(
      Optional<User> found, Adjustment adjustment) {
    if (found.isEmpty()) {
      return new Done<>(new AdjustmentOutcome.NoSuchUser());
    }
    var user = found.get();
    var email = user.email();
    var adjusting = Journal.adjust(Standing.of(user), adjustment);
    if (adjusting.isEmpty()) {
      // Perhaps since an earlier call, whose reply was lost, has taken it.
      return new Done<>(
          earlier(email, adjustment)
              .orElseGet(() -> new TooMuch(user.available(adjustment.createdAt()))));
    }
    var journal = Balance.explained(table, email, adjusting.get());
    var transaction = table.transaction();
    var profile =
        transaction.update(
            Schemas.USER,
            adjustment.change() < 0 ? Balance.out(email, journal) : Balance.in(email, journal));
    var entries = Schemas.create(transaction, email, journal);
    var mark = transaction.create(Schemas.ADJUSTED, adjustment.id());
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Adjusted());
    }
    if (outcome.isRefused(mark) || entries.stream().anyMatch(outcome::isRefused)) {
      return new Done<>(earlier(email, adjustment).orElseThrow(outcome::impossible));
    }
    if (!outcome.isRefused(profile)) {
      throw outcome.impossible();
    }
    return new Refused<>(outcome.found(profile));
  }

  /** What the id of an adjustment stands for already, if it does. */
  private Optional<AdjustmentOutcome> earlier(Email email, Adjustment adjustment) {
    return table
        .find(Schemas.ENTRY, Keys.user(email), Keys.transaction(adjustment.id()))
        .<AdjustmentOutcome>map(
            entry -> adjustment.isSame(entry.transaction()) ? new Adjusted() : new IdTaken())
        .or(
            () ->
                table
                    .find(Schemas.ADJUSTED, Keys.adjustment(adjustment.id()), Keys.ADJUSTMENT)
                    .map(_ -> new IdTaken()));
  }

  @Override
  public Page<Email> expiring(Instant now, int limit) {
    var found =
        table.oldestFirst(
            Schemas.PENDING,
            Map.entry(Schemas.PENDING, Schemas.EXPIRING),
            Map.entry(Schemas.LEASE_EXPIRES_AT, Fields.time(now)),
            null,
            limit);
    return new Page<>(
        found.items().stream().map(keys -> Keys.owner(new Fields(keys).text(Keys.PK))).toList(),
        found.hasMore());
  }

  @Override
  public Credits expire(Email email, TransactionId id, Instant now) {
    return Attempt.until(standing(find(email)), standing -> expire(email, standing, id, now));
  }

  // Credits may return to a lot after it expired, and expire again: ids do not come from the lots,
  // and that all of them expire once is the condition on the lots.
  private Attempt<Standing, Credits> expire(
      Email email, Standing standing, TransactionId id, Instant now) {
    var expiring = Journal.expire(standing, id, now);
    if (expiring.isEmpty()) {
      return new Done<>(Credits.NONE);
    }
    var journal = Balance.explained(table, email, expiring.get());
    var transaction = table.transaction();
    var profile = transaction.update(Schemas.USER, Balance.expire(email, journal));
    var _ = Schemas.create(transaction, email, journal);
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
    var entries =
        table.newestFirst(
            Schemas.ENTRY,
            Keys.user(email),
            Keys.TRANSACTIONS,
            before == null ? null : Keys.transaction(before),
            limit);
    return new Page<>(entries.items().stream().map(Entry::transaction).toList(), entries.hasMore());
  }
}
