package dev.photocredits.ledger;

import static java.util.Objects.requireNonNull;

import dev.photocredits.audit.Account;
import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.GrantRepair;
import dev.photocredits.credits.Identity;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lot;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.Payment;
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
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.User;
import dev.photocredits.credits.User.Held;
import dev.photocredits.erasure.AccountOwner;
import dev.photocredits.erasure.AccountOwners;
import dev.photocredits.erasure.Rebinding;
import dev.photocredits.erasure.RebindingOutcome;
import dev.photocredits.erasure.RebindingOutcome.NoSuchAccount;
import dev.photocredits.erasure.RebindingOutcome.Rebound;
import dev.photocredits.erasure.RebindingOutcome.Unchanged;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackStore;
import dev.photocredits.generation.CallCounts;
import dev.photocredits.generation.FinishOutcome;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Lease;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Count;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.SourceGroup;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.generation.UnchargedCalls;
import dev.photocredits.generation.WaitSlot;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Mailbox;
import dev.photocredits.values.Money;
import dev.photocredits.values.Page;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An in-memory fake of the ports of the ledger. One lock makes every operation atomic. */
public final class InMemoryLedger
    implements Ledger,
        Generations,
        IdempotencyRecords,
        PurchaseOrders,
        AuditReader,
        AccountOwners,
        FeedbackStore,
        CallCounts {
  /** The page size of a scan. */
  private final int scanned;

  private final Map<Email, User> users = new HashMap<>();
  private final Map<Email, NavigableMap<String, Transaction>> transactions = new HashMap<>();
  private final Map<Email, NavigableMap<String, Generation>> generations = new HashMap<>();
  private final Map<SessionId, GrantRecord> grantRecords = new HashMap<>();
  private final Map<PaymentIntentId, Payment> payments = new HashMap<>();
  private final InMemoryIdempotencyRecords idempotencyRecords = new InMemoryIdempotencyRecords();
  private final Map<PurchaseOrderId, PurchaseOrder> purchaseOrders = new HashMap<>();
  private final Map<SessionId, Email> opened = new HashMap<>();
  private final Map<UUID, Feedback> feedback = new TreeMap<>();
  private final Map<UUID, Rebinding> rebindings = new HashMap<>();
  private final Set<Mailbox> welcomed = new HashSet<>();
  private final Set<TransactionId> adjusted = new HashSet<>();

  /** The promotions that were granted, by user, expiry, credits and description. */
  private final Set<String> promoted = new HashSet<>();

  private final InMemoryLimits limiting = new InMemoryLimits();

  /** The users being erased, and the pseudonyms that their accounts move to. */
  private final Map<Email, Erasing> leaving = new HashMap<>();

  public InMemoryLedger() {
    this(100);
  }

  /**
   * Creates a ledger for tests of the audit.
   *
   * @param scanned the page size of a scan
   */
  public InMemoryLedger(int scanned) {
    this.scanned = scanned;
  }

  private record Erasing(Email pseudonym, @Nullable CustomerId customer) {}

  @Override
  public synchronized Optional<User> find(Email email) {
    return Optional.ofNullable(user(email));
  }

  private @Nullable User user(Email email) {
    if (leaving.containsKey(email)) {
      throw new IllegalStateException("the user is being erased; try again later");
    }
    return users.get(email);
  }

  @Override
  public synchronized User create(Email email, @Nullable Promotion welcome, Instant now) {
    var known = user(email);
    if (known != null) {
      return known;
    }
    var credits = Credits.NONE;
    if (welcome != null && welcomed.add(Mailbox.of(email))) {
      credits = welcome.credits();
      transactions(email).put(welcome.id().toString(), welcome);
    }
    var user =
        new User(
            email,
            credits,
            Lots.NONE,
            OpenReversals.NONE,
            null,
            null,
            Money.usd(0),
            Held.NOTHING,
            now,
            now);
    users.put(email, user);
    return user;
  }

  @Override
  public synchronized CustomerId linkCustomer(
      Email email, CustomerId customer, @Nullable CustomerId deleted, Instant now) {
    var user = find(email).orElseThrow();
    var linked = user.customer();
    if (linked.isPresent() && !linked.get().equals(deleted)) {
      return linked.get();
    }
    users.put(
        email,
        new User(
            email,
            user.credits(),
            user.lots(),
            user.reversals(),
            customer,
            user.boundTo(),
            user.totalPurchased(),
            user.held(),
            user.createdAt(),
            now));
    return customer;
  }

  @Override
  public synchronized Identity bind(Email email, Identity identity, Instant now) {
    var user = find(email).orElseThrow();
    var bound = user.identity();
    if (bound.isEmpty()) {
      bind(user, identity, now);
    }
    return bound.orElse(identity);
  }

  private void bind(User user, @Nullable Identity identity, Instant now) {
    users.put(
        user.email(),
        new User(
            user.email(),
            user.credits(),
            user.lots(),
            user.reversals(),
            user.stripeCustomer(),
            identity,
            user.totalPurchased(),
            user.held(),
            user.createdAt(),
            now));
  }

  @Override
  public synchronized RebindingOutcome rebind(Rebinding rebinding) {
    var user = user(rebinding.owner());
    if (user == null) {
      return new NoSuchAccount();
    }
    var before = user.boundTo();
    if (Objects.equals(before, rebinding.identity())
        || rebindings.putIfAbsent(rebinding.id(), rebinding) != null) {
      return new Unchanged();
    }
    bind(user, rebinding.identity(), rebinding.at());
    return new Rebound(before);
  }

  @Override
  public synchronized GrantOutcome grant(
      Email email, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId orderId) {
    var damaged = grantOwner(email, purchase.session(), charge);
    if (damaged != null) {
      return repair(damaged, purchase, charge, orderId);
    }
    var user = user(email);
    if (user == null) {
      return new GrantOutcome.NoSuchUser();
    }
    refuseKnown(email, purchase.id());
    var payment = charge == null ? null : granted(email, purchase, charge);
    var paymentId = charge == null ? null : charge.payment();
    var order = orderId == null ? null : find(email, orderId).orElse(null);
    if (order != null) {
      purchaseOrders.put(order.id(), order.paid(purchase.createdAt()));
    }
    grantRecords.put(
        purchase.session(),
        new GrantRecord(
            purchase.session(),
            email,
            purchase.id(),
            paymentId,
            order == null ? null : order.id()));
    if (payment != null) {
      payments.put(payment.id(), payment);
    }
    post(user, Journal.grant(Standing.of(user), purchase, payment));
    return payment == null
        ? new Granted(purchase.credits(), Credits.NONE, false)
        : new Granted(purchase.credits(), payment.reversed(), payment.hasOtherCurrency());
  }

  @Override
  public synchronized PurchaseOrder place(PurchaseOrder order) {
    if (user(order.owner()) == null) {
      throw new IllegalStateException("a purchase order needs an account");
    }
    return purchaseOrders.computeIfAbsent(order.id(), _ -> order);
  }

  @Override
  public synchronized Optional<PurchaseOrder> find(Email owner, PurchaseOrderId id) {
    return Optional.ofNullable(purchaseOrders.get(id)).filter(order -> order.owner().equals(owner));
  }

  @Override
  public synchronized void opened(PurchaseOrder order, SessionId session) {
    if (find(order.owner(), order.id()).isPresent()) {
      opened.put(session, order.owner());
    }
  }

  @Override
  public synchronized boolean isFor(Email owner, SessionId session) {
    return owner.equals(opened.get(session));
  }

  @Override
  public synchronized boolean count(Email caller, Limit limit, Limits limits, Instant now) {
    var _ = user(caller);
    return counted(caller.value(), limits.calling(limit, now));
  }

  @Override
  public synchronized boolean count(SourceGroup source, Limit limit, Limits limits, Instant now) {
    return counted("source " + source.number(), limits.calling(limit, now));
  }

  private boolean counted(String caller, List<Count> counts) {
    if (counts.stream().anyMatch(count -> limiting.isFull(caller, count))) {
      return false;
    }
    limiting.count(caller, counts);
    return true;
  }

  /** The owner of the session's grant, if at least a part of the grant exists. */
  private @Nullable Email grantOwner(Email email, SessionId session, @Nullable Charge charge) {
    var grantRecord = grantRecords.get(session);
    if (grantRecord != null) {
      return grantRecord.owner();
    }
    var payment = charge == null ? null : payments.get(charge.payment());
    if (payment != null && payment.grant() != null) {
      return payment.grant().owner();
    }
    return transactions(email).values().stream()
            .anyMatch(it -> it instanceof Purchase own && own.session().equals(session))
        ? email
        : null;
  }

  private GrantOutcome repair(
      Email owner, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId orderId) {
    if (owner.isPseudonym() || leaving.containsKey(owner)) {
      var granted = findGrant(purchase.session());
      if (granted.isPresent()) {
        return granted.get();
      }
    }
    var user = user(owner);
    if (user == null) {
      return new GrantOutcome.NoSuchUser();
    }
    var order = orderId == null ? null : find(owner, orderId).orElse(null);
    var known = charge == null ? null : payments.get(charge.payment());
    var repair =
        GrantRepair.of(
            user,
            List.copyOf(transactions(owner).values()),
            grantRecords.get(purchase.session()),
            known,
            purchase,
            charge,
            order == null ? null : order.id());
    if (repair.isEmpty()) {
      return new AlreadyGranted(known != null && known.hasOtherCurrency());
    }
    if (order != null) {
      purchaseOrders.put(order.id(), order.paid(purchase.createdAt()));
    }
    grantRecords.put(purchase.session(), repair.get().grantRecord());
    var payment = repair.get().payment();
    if (payment != null) {
      payments.put(payment.id(), payment);
    }
    var journal = repair.get().journal();
    if (journal != null) {
      transactions(owner).remove(repair.get().purchase().id().toString());
      post(user, journal);
    } else {
      transactions(owner).put(repair.get().purchase().id().toString(), repair.get().purchase());
    }
    if (payment != null && !payment.settled().equals(payment)) {
      var settled = payment.settled();
      var more = settled.reversed().value() - payment.reversed().value();
      payments.put(payment.id(), settled);
      post(
          Optional.ofNullable(user(owner)).orElseThrow(),
          Journal.reverse(
              Standing.of(Optional.ofNullable(user(owner)).orElseThrow()),
              purchase.session(),
              more,
              purchase.id().plus(100),
              purchase.createdAt()));
    }
    var hasOtherCurrency = payment != null && payment.hasOtherCurrency();
    return repair.get().isWritten() && journal != null
        ? new Granted(
            purchase.credits(),
            payment == null ? Credits.NONE : payment.settled().reversed(),
            hasOtherCurrency)
        : new AlreadyGranted(hasOtherCurrency);
  }

  @Override
  public synchronized Optional<AlreadyGranted> findGrant(SessionId session) {
    var grantRecord = grantRecords.get(session);
    if (grantRecord == null
        || !transactions(grantRecord.owner()).containsKey(grantRecord.transaction().toString())) {
      return Optional.empty();
    }
    if (grantRecord.payment() == null) {
      return Optional.of(new AlreadyGranted(false));
    }
    return Optional.ofNullable(payments.get(grantRecord.payment()))
        .filter(payment -> payment.grant() != null && payment.settled().equals(payment))
        .map(payment -> new AlreadyGranted(payment.hasOtherCurrency()));
  }

  /** Simulates a restored backup that lacks the grant record of a session. */
  public synchronized void lose(SessionId session) {
    grantRecords.remove(session);
  }

  /** Simulates a restored backup that lacks a payment. */
  public synchronized void lose(PaymentIntentId payment) {
    payments.remove(payment);
  }

  /** Simulates a restored backup that lacks a transaction. */
  public synchronized void lose(Email owner, TransactionId id) {
    transactions(owner).remove(id.toString());
  }

  /** Simulates a restored backup with an earlier state of a user; null removes the user. */
  public synchronized void restore(Email owner, @Nullable User then) {
    if (then == null) {
      users.remove(owner);
    } else {
      users.put(owner, then);
    }
  }

  private Payment granted(Email email, Purchase purchase, Charge charge) {
    return payments
        .getOrDefault(charge.payment(), Payment.unknown(charge.payment()))
        .granted(Payment.Grant.of(email, purchase, charge));
  }

  @Override
  public synchronized ReversalOutcome reverse(PaymentUpdate update, TransactionId id, Instant now) {
    var before = payments.getOrDefault(update.payment(), Payment.unknown(update.payment()));
    if (before.isForeign(update)) {
      return new OtherCurrency();
    }
    var after = before.updatedBy(update);
    if (after.equals(before)) {
      return new AlreadyRecorded();
    }
    var grant = after.grant();
    var more = after.reversed().value() - before.reversed().value();
    if (grant == null || more == 0) {
      payments.put(after.id(), after);
      return new RecordedOnly();
    }
    var user = user(grant.owner());
    if (user == null) {
      return new ReversalOutcome.NoSuchUser(grant.owner());
    }
    refuseKnown(grant.owner(), id);
    payments.put(after.id(), after);
    post(user, Journal.reverse(Standing.of(user), grant.session(), more, id, now));
    return new Reversed(grant.owner(), -more);
  }

  @Override
  public synchronized PromotionOutcome promote(Email email, Promotion promotion, boolean again) {
    if (promotion.equals(transactions(email).get(promotion.id().toString()))) {
      return new AlreadyPromoted();
    }
    var cause = cause(email, promotion);
    if (!again && promoted.contains(cause)) {
      return new AlreadyPromoted();
    }
    var user = user(email);
    if (user == null) {
      return new PromotionOutcome.NoSuchUser();
    }
    if (promotion.expiresAt() != null
        && user.lots().unexpired(promotion.createdAt()).all().size() >= Lots.MOST) {
      return new TooManyLots();
    }
    refuseKnown(email, promotion.id());
    if (!again) {
      promoted.add(cause);
    }
    post(user, Journal.promote(Standing.of(user), promotion));
    return new Promoted();
  }

  private static String cause(Email email, Promotion promotion) {
    return String.join(
        " ",
        email.value(),
        String.valueOf(promotion.expiresAt()),
        String.valueOf(promotion.credits().value()),
        promotion.description());
  }

  @Override
  public synchronized AdjustmentOutcome adjust(Email email, Adjustment adjustment) {
    var known = transactions(email).get(adjustment.id().toString());
    var user = user(email);
    if (user == null) {
      return new AdjustmentOutcome.NoSuchUser();
    }
    if (known != null) {
      return adjustment.isSame(known) ? new Adjusted() : new IdTaken();
    }
    if (adjusted.contains(adjustment.id())) {
      return new IdTaken();
    }
    var journal = Journal.adjust(Standing.of(user), adjustment);
    if (journal.isEmpty()) {
      return new TooMuch(user.available(adjustment.createdAt()));
    }
    post(user, journal.get());
    adjusted.add(adjustment.id());
    return new Adjusted();
  }

  @Override
  public synchronized Page<Email> expiring(Instant now, int limit) {
    var due =
        users.values().stream()
            .filter(user -> !user.lots().expired(now).isEmpty())
            .sorted(Comparator.comparing(user -> user.lots().earliestExpiry().orElseThrow()))
            .map(User::email)
            .toList();
    return new Page<>(due.stream().limit(limit).toList(), due.size() > limit);
  }

  @Override
  public synchronized Credits expire(Email email, TransactionId id, Instant now) {
    var user = user(email);
    if (user == null || user.lots().expired(now).isEmpty()) {
      return Credits.NONE;
    }
    var expired = user.lots().expired(now);
    post(user, Journal.expire(Standing.of(user), id, now).orElseThrow());
    return expired.credits();
  }

  @Override
  public synchronized Page<Transaction> statement(
      Email email, int limit, @Nullable TransactionId before) {
    return page(transactions(email), limit, before == null ? null : before.toString());
  }

  @Override
  public synchronized StartOutcome start(
      Generation pending, @Nullable IdempotencyWrite key, Limits limits) {
    var email = pending.email();
    var usage = pending.usage();
    var known = transactions(email).get(usage.id().toString());
    if (known != null && usage.isSame(known)) {
      return new Started();
    }
    refuseKnown(email, usage.id());
    if (generations(email).containsKey(pending.id().toString())) {
      throw new IllegalStateException("the generation already exists");
    }
    if (key != null) {
      var failed = key.failedGeneration() == null ? null : key.failedGeneration().value();
      var earlier = idempotencyRecords.earlier(key.record(), failed, usage.createdAt());
      if (earlier.isPresent()) {
        return new KeyTaken(earlier.get());
      }
    }
    var counts = limits.starting(usage.createdAt(), pending.options().variations());
    var refusal = refusal(email, usage.credits(), limits, counts, usage.createdAt());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    var user = Objects.requireNonNull(user(email));
    limiting.count(email, counts);
    generations(email).put(pending.id().toString(), pending);
    if (key != null) {
      idempotencyRecords.put(key.record());
    }
    post(user, Journal.hold(Standing.of(user), usage));
    hold(email, 1, usage.credits().value());
    return new Started();
  }

  @Override
  public synchronized Optional<StartOutcome.Refusal> countRequest(
      User user, Credits price, Limits limits, Instant now) {
    var owner = user.email();
    if (user(owner) == null) {
      throw new IllegalStateException("the account has been erased");
    }
    var counts = limits.attempting(now);
    var refusal = refusal(owner, price, limits, counts, now);
    if (refusal.isEmpty()) {
      limiting.count(owner, counts);
    }
    return refusal;
  }

  private Optional<StartOutcome.Refusal> refusal(
      Email email, Credits price, Limits limits, List<Count> counts, Instant now) {
    var user = user(email);
    if (user == null) {
      return Optional.of(new StartOutcome.NoSuchUser());
    }
    if (!user.available(now).covers(price)) {
      return Optional.of(new InsufficientCredits(user.available(now)));
    }
    if (user.held().generations() >= limits.most(Limit.PENDING)) {
      return Optional.of(new LimitReached(Limit.PENDING));
    }
    return counts.stream()
        .filter(count -> limiting.isFull(email, count))
        .findFirst()
        .map(count -> new LimitReached(count.limit()));
  }

  /** The sum of a limit's counters, over all users and all time. */
  public synchronized int used(Limit limit) {
    return limiting.used(limit);
  }

  @Override
  public synchronized boolean startWaiting(WaitSlot wait, Limits limits, Instant now) {
    return limiting.admit(wait, limits.most(Limit.WAITING), now);
  }

  @Override
  public synchronized void stopWaiting(WaitSlot wait) {
    limiting.leave(wait);
  }

  @Override
  public synchronized IdempotencyRecord putIfAbsent(
      IdempotencyRecord wanted, @Nullable UUID failed, Instant now) {
    var earlier = idempotencyRecords.earlier(wanted, failed, now);
    if (earlier.isEmpty()) {
      idempotencyRecords.put(wanted);
    }
    return earlier.orElse(wanted);
  }

  @Override
  public synchronized Optional<IdempotencyRecord> idempotencyRecord(
      Email owner, IdempotencyKey key) {
    return idempotencyRecords.find(owner, IdempotencyRecord.Scope.GENERATE, key);
  }

  @Override
  public synchronized boolean add(Generation generation, Picture picture) {
    var known = find(generation.email(), generation.id()).orElse(null);
    if (known == null) {
      return false;
    }
    if (!(known.state() instanceof Pending pending)
        || pending.generated().stream().anyMatch(it -> it.variation() == picture.variation())) {
      return known.images().contains(picture.image());
    }
    generations(known.email()).put(known.id().toString(), known.with(picture));
    return true;
  }

  @Override
  public synchronized Optional<Generation> countModelCalls(
      Generation pending, UUID attempt, int pictures, Limits limits, Instant now) {
    var email = pending.email();
    var known = find(email, pending.id()).orElse(null);
    if (known == null || !(known.state() instanceof Pending state)) {
      return Optional.empty();
    }
    if (state.calls().attempts().contains(attempt)) {
      return Optional.of(known);
    }
    var asking = known.asking(state, attempt, pictures, limits, now);
    if (asking.counts().stream().anyMatch(count -> limiting.isFull(email, count))) {
      return Optional.empty();
    }
    limiting.count(email, asking.counts());
    generations(email).put(known.id().toString(), asking.generation());
    return Optional.of(asking.generation());
  }

  @Override
  public synchronized FinishOutcome finish(
      Generation seen, Generation finished, @Nullable Refund refund, UnchargedCalls uncharged) {
    var email = finished.email();
    var known = find(email, finished.id()).orElseThrow();
    if (!isAsSeen(known, seen)) {
      var ours =
          refund == null
              ? known.equals(finished)
              : Optional.ofNullable(transactions(email).get(refund.id().toString()))
                  .filter(refund::isSame)
                  .isPresent();
      return ours ? new Finished() : new Overtaken(known);
    }
    if (refund != null) {
      refuseKnown(email, refund.id());
      var user = find(email).orElseThrow();
      var usage = transactions(email).get(finished.id().toString());
      post(user, Journal.release(Standing.of(user), refund, (Usage) requireNonNull(usage)));
    }
    if (known.state() instanceof Pending) {
      hold(email, -1, -known.price().value());
    }
    limiting.count(email, known.ending(uncharged));
    generations(email).put(finished.id().toString(), finished);
    return new Finished();
  }

  private static boolean isAsSeen(Generation known, Generation seen) {
    return known.state().getClass().equals(seen.state().getClass())
        && known.images().size() == seen.images().size()
        && asked(known) == asked(seen);
  }

  private static int asked(Generation generation) {
    return generation.state() instanceof Pending pending ? pending.calls().asked() : 0;
  }

  @Override
  public synchronized Optional<Generation> find(Email email, GenerationId id) {
    return Optional.ofNullable(generations(email).get(id.toString()));
  }

  @Override
  public synchronized Page<Generation> list(Email email, int limit, @Nullable GenerationId before) {
    return page(generations(email), limit, before == null ? null : before.toString());
  }

  @Override
  public synchronized Page<Lease> overdue(Instant now, int limit, @Nullable Lease after) {
    var order =
        Comparator.comparing(Lease::expiresAt)
            .thenComparing(lease -> lease.owner().value())
            .thenComparing(lease -> lease.generation().toString());
    var found =
        generations.values().stream()
            .flatMap(all -> all.values().stream())
            .flatMap(InMemoryLedger::lease)
            .filter(lease -> !lease.expiresAt().isAfter(now))
            .filter(lease -> after == null || order.compare(lease, after) > 0)
            .sorted(order)
            .limit(limit + 1L)
            .toList();
    return new Page<>(found.stream().limit(limit).toList(), found.size() > limit);
  }

  private static Stream<Lease> lease(Generation generation) {
    return generation.state() instanceof Pending(var expiresAt, _, _)
        ? Stream.of(new Lease(generation.email(), generation.id(), expiresAt))
        : Stream.empty();
  }

  @Override
  public synchronized Scanned scan(int segment, int segments, @Nullable String after) {
    var items = new TreeMap<String, StoredItem>();
    Stream.of(transactions, generations)
        .flatMap(byOwner -> byOwner.entrySet().stream())
        .filter(owned -> !owned.getValue().isEmpty())
        .forEach(
            owned -> items.put("user " + owned.getKey(), new StoredItem.Leftover(owned.getKey())));
    purchaseOrders
        .values()
        .forEach(
            order -> items.put("user " + order.owner(), new StoredItem.Leftover(order.owner())));
    users.keySet().forEach(owner -> items.put("user " + owner, new StoredItem.Profile(owner)));
    grantRecords
        .values()
        .forEach(
            grantRecord ->
                items.put(
                    "mark " + grantRecord.session(), new StoredItem.GrantRecordItem(grantRecord)));
    payments
        .values()
        .forEach(
            payment -> items.put("payment " + payment.id(), new StoredItem.PaymentItem(payment)));
    var page =
        items.tailMap(after == null ? "" : after, false).entrySet().stream()
            .filter(item -> Math.floorMod(item.getKey().hashCode(), segments) == segment)
            .limit(scanned + 1L)
            .toList();
    return new Scanned(
        page.stream().limit(scanned).map(Map.Entry::getValue).toList(),
        page.size() > scanned ? page.get(scanned - 1).getKey() : null);
  }

  @Override
  public synchronized boolean hasProfile(Email owner) {
    return users.containsKey(owner) || leaving.containsKey(owner);
  }

  @Override
  public synchronized Optional<GrantRecord> grantRecord(SessionId session) {
    return Optional.ofNullable(grantRecords.get(session));
  }

  @Override
  public synchronized Account account(Email owner) {
    var erasing = leaving.get(owner);
    if (erasing != null) {
      return account(erasing.pseudonym());
    }
    // While a user is being erased, their account is under both addresses.
    var former =
        leaving.entrySet().stream()
            .filter(one -> one.getValue().pseudonym().equals(owner))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(owner);
    var owners = Stream.of(former, owner).distinct().toList();
    var all = owners.stream().flatMap(address -> transactions(address).values().stream()).toList();
    var own =
        all.stream()
            .filter(Purchase.class::isInstance)
            .flatMap(
                transaction ->
                    Stream.ofNullable(grantRecords.get(((Purchase) transaction).session())))
            .map(
                grantRecord ->
                    grantRecord.owner().equals(former) ? grantRecord.movedTo(owner) : grantRecord)
            .toList();
    return new Account(
        owner,
        users.get(owner),
        all,
        owners.stream()
            .flatMap(address -> generations(address).values().stream())
            .map(generation -> former.equals(owner) ? generation : generation.erased(owner))
            .toList(),
        own,
        own.stream()
            .flatMap(grantRecord -> Stream.ofNullable(payments.get(grantRecord.payment())))
            .map(payment -> isOf(former, payment) ? payment.movedTo(owner) : payment)
            .toList(),
        purchaseOrders.values().stream()
            .filter(order -> owners.contains(order.owner()))
            .map(order -> former.equals(owner) ? order : order.movedTo(owner))
            .sorted(Comparator.comparing((PurchaseOrder order) -> order.id().toString()).reversed())
            .toList());
  }

  private static boolean isOf(Email former, Payment payment) {
    return payment.grant() != null && payment.grant().owner().equals(former);
  }

  @Override
  public synchronized Optional<Transaction> transaction(GrantRecord grantRecord) {
    return Optional.ofNullable(grantRecords.get(grantRecord.session()))
        .flatMap(
            now ->
                Optional.ofNullable(
                    transactions(now.owner()).get(grantRecord.transaction().toString())));
  }

  @Override
  public synchronized Optional<AccountOwner> findOwner(Email owner) {
    var erasing = leaving.get(owner);
    if (erasing != null) {
      var user = Optional.ofNullable(users.get(erasing.pseudonym())).orElseThrow();
      return Optional.of(new AccountOwner.Leaving(user, erasing.customer()));
    }
    return Optional.ofNullable(users.get(owner)).map(AccountOwner.Known::new);
  }

  @Override
  public synchronized Page<Email> leaving(int limit) {
    return new Page<>(leaving.keySet().stream().limit(limit).toList(), leaving.size() > limit);
  }

  @Override
  public synchronized void begin(User user, Email pseudonym) {
    if (user.equals(users.get(user.email()))) {
      users.remove(user.email());
      users.put(pseudonym, user.as(pseudonym));
      leaving.put(user.email(), new Erasing(pseudonym, user.stripeCustomer()));
    }
  }

  private boolean isLeaving(Email owner, Email pseudonym) {
    var erasing = leaving.get(owner);
    return erasing != null && erasing.pseudonym().equals(pseudonym);
  }

  @Override
  public synchronized boolean move(Email owner, Email pseudonym, Transaction transaction) {
    if (!isLeaving(owner, pseudonym)) {
      return false;
    }
    if (transactions(owner).remove(transaction.id().toString()) != null) {
      transactions(pseudonym).put(transaction.id().toString(), transaction);
      if (transaction instanceof Purchase purchase) {
        var grantRecord =
            grantRecords.computeIfPresent(purchase.session(), (_, it) -> it.movedTo(pseudonym));
        if (grantRecord != null && grantRecord.purchaseOrder() != null) {
          purchaseOrders.computeIfPresent(
              grantRecord.purchaseOrder(), (_, order) -> order.movedTo(pseudonym));
        }
        payments.replaceAll((_, payment) -> moved(payment, owner, purchase.session(), pseudonym));
      }
    }
    return true;
  }

  private static Payment moved(Payment payment, Email owner, SessionId session, Email pseudonym) {
    var grant = payment.grant();
    if (grant == null || !grant.owner().equals(owner) || !grant.session().equals(session)) {
      return payment;
    }
    return payment.movedTo(pseudonym);
  }

  @Override
  public synchronized boolean move(Email owner, Email pseudonym, Generation generation) {
    if (!isLeaving(owner, pseudonym)) {
      return false;
    }
    if (generations(owner).remove(generation.id().toString()) != null) {
      generations(pseudonym).put(generation.id().toString(), generation.erased(pseudonym));
    }
    return true;
  }

  @Override
  public synchronized boolean deleteRemaining(Email owner, Email pseudonym) {
    if (!isLeaving(owner, pseudonym)) {
      return false;
    }
    idempotencyRecords.forget(owner);
    promoted.removeIf(cause -> cause.startsWith(owner.value() + " "));
    limiting.forget(owner);
    rebindings.values().removeIf(rebinding -> rebinding.owner().equals(owner));
    purchaseOrders.values().removeIf(order -> order.owner().equals(owner));
    opened.values().removeIf(owner::equals);
    return true;
  }

  @Override
  public synchronized void end(Email owner, Email pseudonym) {
    if (isLeaving(owner, pseudonym)) {
      leaving.remove(owner);
      // Removes the empty maps, which are no account.
      transactions.remove(owner);
      generations.remove(owner);
    }
  }

  @Override
  public synchronized void add(Feedback message) {
    feedback.put(message.id(), message);
  }

  @Override
  public synchronized void deleteFeedback(Email owner) {
    var _ = feedback.values().removeIf(message -> owner.equals(message.email()));
  }

  /** All feedback messages. */
  public synchronized List<Feedback> feedback() {
    return List.copyOf(feedback.values());
  }

  /** Takes a backup of everything; running the result restores it. */
  public synchronized Runnable backup() {
    var maps =
        List.of(
                users,
                grantRecords,
                payments,
                purchaseOrders,
                opened,
                rebindings,
                feedback,
                leaving)
            .stream()
            .map(InMemoryLedger::backup)
            .toList();
    var items =
        List.of(
            nestedBackup(transactions),
            nestedBackup(generations),
            idempotencyRecords.backup(),
            limiting.backup());
    var promotions = Set.copyOf(promoted);
    var welcomes = Set.copyOf(welcomed);
    var adjustments = Set.copyOf(adjusted);
    return () -> {
      maps.forEach(Runnable::run);
      items.forEach(Runnable::run);
      promoted.clear();
      promoted.addAll(promotions);
      welcomed.retainAll(welcomes);
      adjusted.retainAll(adjustments);
    };
  }

  /** Takes a backup of a map; running the result restores it. */
  static <K, V> Runnable backup(Map<K, V> map) {
    var copy = Map.copyOf(map);
    return () -> {
      map.clear();
      map.putAll(copy);
    };
  }

  private static <T> Runnable nestedBackup(Map<Email, NavigableMap<String, T>> map) {
    var copies = new HashMap<Email, NavigableMap<String, T>>();
    map.forEach((owner, items) -> copies.put(owner, new TreeMap<>(items)));
    return () -> {
      map.clear();
      map.putAll(copies);
    };
  }

  /** Returns a payment; fails if it is not known. */
  public synchronized Payment payment(PaymentIntentId id) {
    return Optional.ofNullable(payments.get(id)).orElseThrow();
  }

  private void post(User user, Journal computed) {
    var email = user.email();
    var journal = computed.explained(lot -> promotion(email, lot));
    journal.transactions().forEach(transaction -> refuseKnown(email, transaction.id()));
    journal
        .transactions()
        .forEach(transaction -> transactions(email).put(transaction.id().toString(), transaction));
    users.put(
        email,
        new User(
            email,
            new Credits(user.credits().value() + journal.credits()),
            journal.lots(),
            journal.reversals(),
            user.stripeCustomer(),
            user.boundTo(),
            new Money(
                user.totalPurchased().minorUnits() + journal.paid(),
                user.totalPurchased().currency()),
            user.held(),
            user.createdAt(),
            journal.createdAt()));
  }

  private Optional<Promotion> promotion(Email email, Lot lot) {
    return Optional.ofNullable((Promotion) transactions(email).get(lot.grant().toString()));
  }

  /** Adds to the number and the price of the user's pending generations. */
  private void hold(Email email, int generations, int credits) {
    var user = Optional.ofNullable(users.get(email)).orElseThrow();
    users.put(
        email,
        new User(
            email,
            user.credits(),
            user.lots(),
            user.reversals(),
            user.stripeCustomer(),
            user.boundTo(),
            user.totalPurchased(),
            new Held(
                user.held().generations() + generations,
                new Credits(user.held().credits().value() + credits)),
            user.createdAt(),
            user.updatedAt()));
  }

  private void refuseKnown(Email email, TransactionId id) {
    if (transactions(email).containsKey(id.toString())) {
      throw new IllegalStateException("the transaction already exists");
    }
  }

  private NavigableMap<String, Transaction> transactions(Email email) {
    return transactions.computeIfAbsent(email, _ -> newestFirst());
  }

  private NavigableMap<String, Generation> generations(Email email) {
    return generations.computeIfAbsent(email, _ -> newestFirst());
  }

  private static <T> NavigableMap<String, T> newestFirst() {
    return new TreeMap<>(Comparator.reverseOrder());
  }

  private static <T> Page<T> page(
      NavigableMap<String, T> items, int limit, @Nullable String before) {
    Stream<T> rest = (before == null ? items : items.tailMap(before, false)).values().stream();
    List<T> found = rest.limit(limit + 1L).toList();
    return new Page<>(found.stream().limit(limit).toList(), found.size() > limit);
  }
}
