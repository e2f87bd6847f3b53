package dev.photocredits.ledger;

import static java.util.Objects.requireNonNull;

import dev.photocredits.audit.Account;
import dev.photocredits.audit.Books;
import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantRepair;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lot;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Mailbox;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Payment;
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
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User;
import dev.photocredits.credits.User.Underway;
import dev.photocredits.erasure.Holder;
import dev.photocredits.erasure.Identities;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackBox;
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
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.generation.Uncharged;
import dev.photocredits.generation.Wait;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.Claims;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.PurchaseOrders;
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

/** The ports of the ledger in memory: one lock is all its transactions. */
public final class InMemoryLedger
    implements Ledger, Generations, Claims, PurchaseOrders, Books, Identities, FeedbackBox {
  /** How much a scan reads at once. */
  private final int scanned;

  private final Map<Email, User> users = new HashMap<>();
  private final Map<Email, NavigableMap<String, Transaction>> entries = new HashMap<>();
  private final Map<Email, NavigableMap<String, Generation>> generations = new HashMap<>();
  private final Map<SessionId, SessionMark> marks = new HashMap<>();
  private final Map<PaymentIntentId, Payment> payments = new HashMap<>();
  private final Map<String, Claim> claims = new HashMap<>();
  private final Map<PurchaseOrderId, PurchaseOrder> orders = new HashMap<>();
  private final Map<SessionId, Email> opened = new HashMap<>();
  private final Map<UUID, Feedback> feedback = new TreeMap<>();
  private final Set<Mailbox> welcomed = new HashSet<>();
  private final Set<TransactionId> adjusted = new HashSet<>();

  /** What was given, to whom, until when and why. */
  private final Set<String> given = new HashSet<>();

  /** What counts towards the limits, by counter. */
  private final Map<String, Integer> used = new HashMap<>();

  /** The waits of each user. */
  private final Map<Email, Set<Wait>> waits = new HashMap<>();

  /** Whoever is being erased, and what their account becomes. */
  private final Map<Email, Gone> leaving = new HashMap<>();

  public InMemoryLedger() {
    this(100);
  }

  /**
   * A ledger for a test of the audit.
   *
   * @param scanned how much a scan reads at once
   */
  public InMemoryLedger(int scanned) {
    this.scanned = scanned;
  }

  private record Gone(Email pseudonym, @Nullable CustomerId customer) {}

  @Override
  public synchronized Optional<User> find(Email email) {
    return Optional.ofNullable(user(email));
  }

  private @Nullable User user(Email email) {
    if (leaving.containsKey(email)) {
      throw new IllegalStateException("the user is being erased: to be asked again");
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
      entries(email).put(welcome.id().toString(), welcome);
    }
    var user =
        new User(
            email,
            credits,
            Lots.NONE,
            OpenReversals.NONE,
            null,
            Money.usd(0),
            Underway.NOTHING,
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
            user.totalPurchased(),
            user.underway(),
            user.createdAt(),
            now));
    return customer;
  }

  @Override
  public synchronized GrantOutcome grant(
      Email email, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId orderId) {
    var damaged = grantee(email, purchase.session(), charge);
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
      orders.put(order.id(), order.paid(purchase.createdAt()));
    }
    marks.put(
        purchase.session(),
        new SessionMark(
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
        : new Granted(purchase.credits(), payment.reversed(), payment.knowsForeignMoney());
  }

  @Override
  public synchronized PurchaseOrder place(PurchaseOrder order) {
    if (user(order.owner()) == null) {
      throw new IllegalStateException("a purchase order without an account");
    }
    return orders.computeIfAbsent(order.id(), _ -> order);
  }

  @Override
  public synchronized Optional<PurchaseOrder> find(Email owner, PurchaseOrderId id) {
    return Optional.ofNullable(orders.get(id)).filter(order -> order.owner().equals(owner));
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
  public synchronized boolean countLookup(Email caller, Limits limits, Instant now) {
    var _ = user(caller);
    var counts = limits.lookingUp(now);
    if (counts.stream().anyMatch(count -> isFull(caller, count))) {
      return false;
    }
    counts.forEach(count -> count(caller, count));
    return true;
  }

  /** Whose a grant of that session is, of which at least a part is there. */
  private @Nullable Email grantee(Email email, SessionId session, @Nullable Charge charge) {
    var mark = marks.get(session);
    if (mark != null) {
      return mark.owner();
    }
    var payment = charge == null ? null : payments.get(charge.payment());
    if (payment != null && payment.grant() != null) {
      return payment.grant().owner();
    }
    return entries(email).values().stream()
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
            List.copyOf(entries(owner).values()),
            marks.get(purchase.session()),
            known,
            purchase,
            charge,
            order == null ? null : order.id());
    if (repair.isEmpty()) {
      return new AlreadyGranted(known != null && known.knowsForeignMoney());
    }
    if (order != null) {
      orders.put(order.id(), order.paid(purchase.createdAt()));
    }
    marks.put(purchase.session(), repair.get().mark());
    var payment = repair.get().payment();
    if (payment != null) {
      payments.put(payment.id(), payment);
    }
    var journal = repair.get().journal();
    if (journal != null) {
      entries(owner).remove(repair.get().purchase().id().toString());
      post(user, journal);
    } else {
      entries(owner).put(repair.get().purchase().id().toString(), repair.get().purchase());
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
    var knowsForeignMoney = payment != null && payment.knowsForeignMoney();
    return repair.get().isWritten() && journal != null
        ? new Granted(
            purchase.credits(),
            payment == null ? Credits.NONE : payment.settled().reversed(),
            knowsForeignMoney)
        : new AlreadyGranted(knowsForeignMoney);
  }

  @Override
  public synchronized Optional<AlreadyGranted> findGrant(SessionId session) {
    var mark = marks.get(session);
    if (mark == null || !entries(mark.owner()).containsKey(mark.entry().toString())) {
      return Optional.empty();
    }
    if (mark.payment() == null) {
      return Optional.of(new AlreadyGranted(false));
    }
    return Optional.ofNullable(payments.get(mark.payment()))
        .filter(payment -> payment.grant() != null && payment.settled().equals(payment))
        .map(payment -> new AlreadyGranted(payment.knowsForeignMoney()));
  }

  /** Damages the books as a restored backup may: the mark of a session is not there. */
  public synchronized void lose(SessionId session) {
    marks.remove(session);
  }

  /** Damages the books as a restored backup may: what is known of a payment is not there. */
  public synchronized void lose(PaymentIntentId payment) {
    payments.remove(payment);
  }

  /** Damages the books as a restored backup may: a transaction is not there. */
  public synchronized void lose(Email owner, TransactionId id) {
    entries(owner).remove(id.toString());
  }

  /** Damages the books as a restored backup may: a user is not there, or as they were once. */
  public synchronized void restore(Email owner, @Nullable User then) {
    if (then == null) {
      users.remove(owner);
    } else {
      users.put(owner, then);
    }
  }

  private Payment granted(Email email, Purchase purchase, Charge charge) {
    return payments
        .getOrDefault(charge.payment(), Payment.unheardOf(charge.payment()))
        .granting(Payment.Grant.of(email, purchase, charge));
  }

  @Override
  public synchronized ReversalOutcome reverse(MoneyMoved news, TransactionId id, Instant now) {
    var before = payments.getOrDefault(news.payment(), Payment.unheardOf(news.payment()));
    if (before.isForeign(news)) {
      return new ForeignMoney();
    }
    var after = before.hearing(news);
    if (after.equals(before)) {
      return new KnownAlready();
    }
    var grant = after.grant();
    var more = after.reversed().value() - before.reversed().value();
    if (grant == null || more == 0) {
      payments.put(after.id(), after);
      return new Noted();
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
    if (promotion.equals(entries(email).get(promotion.id().toString()))) {
      return new AlreadyPromoted();
    }
    var cause = cause(email, promotion);
    if (!again && given.contains(cause)) {
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
      given.add(cause);
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
    var known = entries(email).get(adjustment.id().toString());
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
            .filter(user -> !user.lots().expired(now).areNone())
            .sorted(Comparator.comparing(user -> user.lots().earliestExpiry().orElseThrow()))
            .map(User::email)
            .toList();
    return new Page<>(due.stream().limit(limit).toList(), due.size() > limit);
  }

  @Override
  public synchronized Credits expire(Email email, TransactionId id, Instant now) {
    var user = user(email);
    if (user == null || user.lots().expired(now).areNone()) {
      return Credits.NONE;
    }
    var expired = user.lots().expired(now);
    post(user, Journal.expire(Standing.of(user), id, now).orElseThrow());
    return expired.credits();
  }

  @Override
  public synchronized Page<Transaction> statement(
      Email email, int limit, @Nullable TransactionId before) {
    return page(entries(email), limit, before == null ? null : before.toString());
  }

  @Override
  public synchronized StartOutcome start(
      Generation pending, Usage usage, @Nullable KeyClaim key, Limits limits) {
    var email = pending.email();
    var known = entries(email).get(usage.id().toString());
    if (known != null && usage.isSame(known)) {
      return new Started();
    }
    refuseKnown(email, usage.id());
    if (generations(email).containsKey(pending.id().toString())) {
      throw new IllegalStateException("there is such a generation");
    }
    if (key != null) {
      var holder = claims.get(place(key.claim()));
      if (holder != null
          && holder.isLive(usage.createdAt())
          && !standsFor(holder, key.failed() == null ? null : key.failed().value())) {
        return new KeyTaken(holder);
      }
    }
    var counts = limits.starting(usage.createdAt());
    var refusal = refusal(email, usage.credits(), limits, counts, usage.createdAt());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    var user = Objects.requireNonNull(user(email));
    counts.forEach(count -> count(email, count));
    generations(email).put(pending.id().toString(), pending);
    if (key != null) {
      claims.put(place(key.claim()), key.claim());
    }
    post(user, Journal.hold(Standing.of(user), usage));
    count(email, 1, usage.credits().value());
    return new Started();
  }

  @Override
  public synchronized Optional<StartOutcome.Refusal> attempt(
      Email owner, Credits price, Limits limits, Instant now) {
    var counts = limits.attempting(now);
    var refusal = refusal(owner, price, limits, counts, now);
    if (refusal.isEmpty()) {
      counts.forEach(count -> count(owner, count));
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
    if (user.underway().generations() >= limits.most(Limit.PENDING)) {
      return Optional.of(new LimitReached(Limit.PENDING));
    }
    return counts.stream()
        .filter(count -> isFull(email, count))
        .findFirst()
        .map(count -> new LimitReached(count.limit()));
  }

  private boolean isFull(Email email, Count count) {
    return used.getOrDefault(place(email, count), 0) > count.room();
  }

  private void count(Email email, Count count) {
    used.merge(place(email, count), count.more(), Integer::sum);
  }

  private static String place(Email email, Count count) {
    var owner = count.limit() == Limit.DAILY ? "all" : email.value();
    return String.join(
        " ", owner, count.limit().name(), count.limit().window(count.at()).toString());
  }

  /** What counts towards that limit, of everybody and of all time. */
  public synchronized int used(Limit limit) {
    return used.entrySet().stream()
        .filter(counter -> counter.getKey().contains(" " + limit + " "))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  @Override
  public synchronized boolean admit(Wait wait, Limits limits, Instant now) {
    var waiting = waits.computeIfAbsent(wait.owner(), _ -> new HashSet<>());
    waiting.removeIf(other -> !other.until().isAfter(now));
    if (!waiting.contains(wait) && waiting.size() >= limits.most(Limit.WAITING)) {
      return false;
    }
    waiting.add(wait);
    return true;
  }

  @Override
  public synchronized void leave(Wait wait) {
    waits.getOrDefault(wait.owner(), new HashSet<>()).remove(wait);
  }

  private static boolean standsFor(Claim claim, @Nullable UUID failed) {
    return claim.result().equals(failed);
  }

  private static String place(Claim claim) {
    return place(claim.owner(), claim.scope(), claim.key());
  }

  private static String place(Email owner, Claim.Scope scope, IdempotencyKey key) {
    return owner.value() + " " + scope + " " + key.value();
  }

  @Override
  public synchronized Claim claim(Claim wanted, @Nullable UUID failed, Instant now) {
    var holder = claims.get(place(wanted));
    if (holder != null && holder.isLive(now) && !standsFor(holder, failed)) {
      return holder;
    }
    claims.put(place(wanted), wanted);
    return wanted;
  }

  @Override
  public synchronized Optional<Claim> holder(Email owner, IdempotencyKey key) {
    return Optional.ofNullable(claims.get(place(owner, Claim.Scope.GENERATE, key)));
  }

  @Override
  public synchronized boolean add(Generation generation, Picture picture) {
    var known = find(generation.email(), generation.id()).orElse(null);
    if (known == null) {
      return false;
    }
    if (!(known.state() instanceof Pending pending)
        || pending.drawn().stream().anyMatch(it -> it.variation() == picture.variation())) {
      return known.images().contains(picture.image());
    }
    generations(known.email()).put(known.id().toString(), known.with(picture));
    return true;
  }

  @Override
  public synchronized Optional<Generation> ask(
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
    if (asking.counts().stream().anyMatch(count -> isFull(email, count))) {
      return Optional.empty();
    }
    asking.counts().forEach(count -> count(email, count));
    generations(email).put(known.id().toString(), asking.generation());
    return Optional.of(asking.generation());
  }

  @Override
  public synchronized FinishOutcome finish(
      Generation seen, Generation finished, @Nullable Refund refund, Uncharged uncharged) {
    var email = finished.email();
    var known = find(email, finished.id()).orElseThrow();
    if (!isAsSeen(known, seen)) {
      var ours =
          refund == null
              ? known.equals(finished)
              : Optional.ofNullable(entries(email).get(refund.id().toString()))
                  .filter(refund::isSame)
                  .isPresent();
      return ours ? new Finished() : new Overtaken(known);
    }
    if (refund != null) {
      refuseKnown(email, refund.id());
      var user = find(email).orElseThrow();
      var taken = entries(email).get(finished.id().toString());
      post(user, Journal.release(Standing.of(user), refund, (Usage) requireNonNull(taken)));
    }
    if (known.state() instanceof Pending) {
      count(email, -1, -known.price().value());
    }
    known.ending(uncharged).forEach(count -> count(email, count));
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
    var kept = new TreeMap<String, Kept>();
    Stream.of(entries, generations)
        .flatMap(items -> items.entrySet().stream())
        .filter(items -> !items.getValue().isEmpty())
        .forEach(items -> kept.put("user " + items.getKey(), new Kept.Leftover(items.getKey())));
    orders
        .values()
        .forEach(order -> kept.put("user " + order.owner(), new Kept.Leftover(order.owner())));
    users.keySet().forEach(owner -> kept.put("user " + owner, new Kept.Owner(owner)));
    marks.values().forEach(mark -> kept.put("mark " + mark.session(), new Kept.Mark(mark)));
    payments
        .values()
        .forEach(payment -> kept.put("payment " + payment.id(), new Kept.Money(payment)));
    var page =
        kept.tailMap(after == null ? "" : after, false).entrySet().stream()
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
  public synchronized Optional<SessionMark> mark(SessionId session) {
    return Optional.ofNullable(marks.get(session));
  }

  @Override
  public synchronized Account account(Email owner) {
    var gone = leaving.get(owner);
    if (gone != null) {
      return account(gone.pseudonym());
    }
    // Whose the account was, while they are being erased.
    var former =
        leaving.entrySet().stream()
            .filter(one -> one.getValue().pseudonym().equals(owner))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(owner);
    var places = Stream.of(former, owner).distinct().toList();
    var all = places.stream().flatMap(place -> entries(place).values().stream()).toList();
    var own =
        all.stream()
            .filter(Purchase.class::isInstance)
            .flatMap(entry -> Stream.ofNullable(marks.get(((Purchase) entry).session())))
            .map(mark -> mark.owner().equals(former) ? mark.movedTo(owner) : mark)
            .toList();
    return new Account(
        owner,
        users.get(owner),
        all,
        places.stream()
            .flatMap(place -> generations(place).values().stream())
            .map(generation -> former.equals(owner) ? generation : generation.erased(owner))
            .toList(),
        own,
        own.stream()
            .flatMap(mark -> Stream.ofNullable(payments.get(mark.payment())))
            .map(payment -> isOf(former, payment) ? payment.movedTo(owner) : payment)
            .toList(),
        orders.values().stream()
            .filter(order -> places.contains(order.owner()))
            .map(order -> former.equals(owner) ? order : order.movedTo(owner))
            .sorted(Comparator.comparing((PurchaseOrder order) -> order.id().toString()).reversed())
            .toList());
  }

  private static boolean isOf(Email former, Payment payment) {
    return payment.grant() != null && payment.grant().owner().equals(former);
  }

  @Override
  public synchronized Optional<Transaction> entry(SessionMark mark) {
    return Optional.ofNullable(marks.get(mark.session()))
        .flatMap(now -> Optional.ofNullable(entries(now.owner()).get(mark.entry().toString())));
  }

  @Override
  public synchronized Optional<Holder> holder(Email owner) {
    var gone = leaving.get(owner);
    if (gone != null) {
      var user = Optional.ofNullable(users.get(gone.pseudonym())).orElseThrow();
      return Optional.of(new Holder.Leaving(user, gone.customer()));
    }
    return Optional.ofNullable(users.get(owner)).map(Holder.Known::new);
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
      leaving.put(user.email(), new Gone(pseudonym, user.stripeCustomer()));
    }
  }

  private boolean isLeaving(Email owner, Email pseudonym) {
    var gone = leaving.get(owner);
    return gone != null && gone.pseudonym().equals(pseudonym);
  }

  @Override
  public synchronized boolean move(Email owner, Email pseudonym, Transaction entry) {
    if (!isLeaving(owner, pseudonym)) {
      return false;
    }
    if (entries(owner).remove(entry.id().toString()) != null) {
      entries(pseudonym).put(entry.id().toString(), entry);
      if (entry instanceof Purchase purchase) {
        var mark = marks.computeIfPresent(purchase.session(), (_, m) -> m.movedTo(pseudonym));
        if (mark != null && mark.order() != null) {
          orders.computeIfPresent(mark.order(), (_, order) -> order.movedTo(pseudonym));
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
  public synchronized boolean forgetKeys(Email owner, Email pseudonym) {
    if (!isLeaving(owner, pseudonym)) {
      return false;
    }
    claims.values().removeIf(claim -> claim.owner().equals(owner));
    given.removeIf(cause -> cause.startsWith(owner.value() + " "));
    used.keySet().removeIf(counter -> counter.startsWith(owner.value() + " "));
    waits.remove(owner);
    orders.values().removeIf(order -> order.owner().equals(owner));
    opened.values().removeIf(owner::equals);
    return true;
  }

  @Override
  public synchronized void end(Email owner, Email pseudonym) {
    if (isLeaving(owner, pseudonym)) {
      leaving.remove(owner);
      // Maps of nothing are not an account.
      entries.remove(owner);
      generations.remove(owner);
    }
  }

  @Override
  public synchronized void keep(Feedback message) {
    feedback.put(message.id(), message);
  }

  @Override
  public synchronized void forgetFeedback(Email owner) {
    feedback.replaceAll(
        (_, message) ->
            owner.equals(message.email())
                ? new Feedback(message.id(), message.message(), null, message.createdAt())
                : message);
  }

  /** All that people wrote to us. */
  public synchronized List<Feedback> feedback() {
    return List.copyOf(feedback.values());
  }

  /** A backup of everything; running it restores that. */
  public synchronized Runnable backup() {
    var maps =
        List.of(users, marks, payments, claims, orders, opened, feedback, used, leaving).stream()
            .map(InMemoryLedger::backup)
            .toList();
    var items = List.of(nestedBackup(entries), nestedBackup(generations));
    var gifts = Set.copyOf(given);
    var welcomes = Set.copyOf(welcomed);
    var adjustments = Set.copyOf(adjusted);
    return () -> {
      maps.forEach(Runnable::run);
      items.forEach(Runnable::run);
      given.clear();
      given.addAll(gifts);
      welcomed.retainAll(welcomes);
      adjusted.retainAll(adjustments);
    };
  }

  private static <K, V> Runnable backup(Map<K, V> map) {
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

  /** What is known of a payment that somebody has told of. */
  public synchronized Payment payment(PaymentIntentId id) {
    return Optional.ofNullable(payments.get(id)).orElseThrow();
  }

  private void post(User user, Journal computed) {
    var email = user.email();
    var journal = computed.explained(lot -> promotion(email, lot));
    journal.transactions().forEach(entry -> refuseKnown(email, entry.id()));
    journal.transactions().forEach(entry -> entries(email).put(entry.id().toString(), entry));
    users.put(
        email,
        new User(
            email,
            new Credits(user.credits().value() + journal.credits()),
            journal.lots(),
            journal.reversals(),
            user.stripeCustomer(),
            new Money(
                user.totalPurchased().minorUnits() + journal.paid(),
                user.totalPurchased().currency()),
            user.underway(),
            user.createdAt(),
            journal.createdAt()));
  }

  private Optional<Promotion> promotion(Email email, Lot lot) {
    return Optional.ofNullable((Promotion) entries(email).get(lot.grant().toString()));
  }

  /** A generation more or less is under way. */
  private void count(Email email, int generations, int credits) {
    var user = Optional.ofNullable(users.get(email)).orElseThrow();
    users.put(
        email,
        new User(
            email,
            user.credits(),
            user.lots(),
            user.reversals(),
            user.stripeCustomer(),
            user.totalPurchased(),
            new Underway(
                user.underway().generations() + generations,
                new Credits(user.underway().credits().value() + credits)),
            user.createdAt(),
            user.updatedAt()));
  }

  private void refuseKnown(Email email, TransactionId id) {
    if (entries(email).containsKey(id.toString())) {
      throw new IllegalStateException("there is such an entry");
    }
  }

  private NavigableMap<String, Transaction> entries(Email email) {
    return entries.computeIfAbsent(email, _ -> newestFirst());
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
