package dev.photocredits.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.RefundState;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Generations.IdempotencyWrite;
import dev.photocredits.generation.Lease;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.UnchargedCalls;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.StoredImage;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A random walk that runs the same operations, including repeats and late calls, on a ledger and on
 * the fake, for a few users. Both must return the same results. The same seed produces the same
 * walk.
 *
 * <p>After every step, the walk checks the invariants of the fake, and compares the balances and
 * newest transactions of the users that the step touched. It compares whole accounts less often,
 * because what a step does not touch stays unchanged.
 */
public final class LedgerWalk {
  private static final int STEPS_BETWEEN_COMPARISONS = 25;

  /** Low enough to be reached now and then. */
  private static final Limits LIMITS = Limits.NONE.with(Limit.PENDING, 3).with(Limit.UNCHARGED, 9);

  /** The most transactions that one step writes for a user. */
  private static final int NEWEST = 50;

  private final long seed;
  private final Random random;
  private final Samples samples;
  private final Ledger ledger;
  private final Generations generations;
  private final AuditReader auditReader;
  private final InMemoryLedger fake = new InMemoryLedger();
  private final List<Email> users = Stream.generate(Samples::newEmail).limit(4).toList();
  private final List<Purchase> purchases = new ArrayList<>();
  private final List<Promotion> promotions = new ArrayList<>();
  private final List<Generation> started = new ArrayList<>();

  /** The users whose accounts the step wrote or tried to write. */
  private final Set<Email> touched = new HashSet<>();

  public LedgerWalk(long seed, Ledger ledger, Generations generations, AuditReader auditReader) {
    this.seed = seed;
    this.random = new Random(seed);
    this.samples = new Samples(random);
    this.ledger = ledger;
    this.generations = generations;
    this.auditReader = auditReader;
  }

  /** Walks that many steps; a failure names the seed and the step. */
  public void walk(int steps) {
    for (var step = 0; step < steps; step++) {
      var email = users.get(random.nextInt(users.size()));
      try {
        touched.clear();
        step(email);
        touched.forEach(this::compareNewest);
        Invariants.hold(fake, touched);
        if (step % STEPS_BETWEEN_COMPARISONS == 0) {
          compareAll();
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
      }
    }
    compareAll();
    for (var email : users) {
      assertThat(Invariants.statement(ledger, email)).isEqualTo(Invariants.statement(fake, email));
    }
  }

  private void compareNewest(Email email) {
    assertThat(ledger.find(email)).isEqualTo(fake.find(email));
    assertThat(ledger.statement(email, NEWEST, null))
        .isEqualTo(fake.statement(email, NEWEST, null));
  }

  // The ledger's accounts keep the invariants because they equal those of the fake, which are
  // checked.
  private void compareAll() {
    for (var email : users) {
      assertThat(auditReader.account(email)).isEqualTo(fake.account(email));
    }
  }

  private void step(Email email) {
    switch (random.nextInt(23)) {
      case 0 -> create(email);
      case 1 -> link(email);
      case 2, 3 -> purchase(email);
      case 4 -> repeatPurchase(email);
      case 5, 6, 7 -> start(email);
      case 8 -> finish();
      case 9 -> overdue();
      case 10, 11 -> reverse();
      case 12, 13 -> add();
      case 14 -> delete();
      case 16, 17 -> promote(email);
      case 18 -> adjust(email);
      case 19, 20 -> expire(email);
      case 21, 22 -> ask();
      default -> {
        finish();
        finish();
      }
    }
  }

  private void create(Email email) {
    touched.add(email);
    var welcome = random.nextBoolean() ? samples.welcome(1 + random.nextInt(5)) : null;
    var now = samples.now();
    assertThat(ledger.create(email, welcome, now)).isEqualTo(fake.create(email, welcome, now));
  }

  private void link(Email email) {
    touched.add(email);
    if (fake.find(email).isPresent()) {
      var customer = new CustomerId("cus_" + random.nextInt(100));
      var now = samples.now();
      var deleted = random.nextInt(3) > 0 ? null : fake.find(email).orElseThrow().stripeCustomer();
      assertThat(ledger.linkCustomer(email, customer, deleted, now))
          .isEqualTo(fake.linkCustomer(email, customer, deleted, now));
    }
  }

  private void purchase(Email email) {
    // Session ids are new for every walk, because the table may hold those of earlier walks.
    var purchase = samples.purchase("cs_test_" + UUID.randomUUID(), 1 + random.nextInt(12));
    purchases.add(purchase);
    if (random.nextInt(4) == 0) {
      reverse();
    }
    grant(email, purchase);
  }

  private void repeatPurchase(Email email) {
    if (!purchases.isEmpty()) {
      var seen = purchases.get(random.nextInt(purchases.size()));
      var id = random.nextBoolean() ? seen.id() : samples.id();
      grant(email, samples.purchase(id, seen.session().value(), seen.credits().value()));
    }
  }

  private void grant(Email email, Purchase purchase) {
    touched.add(email);
    var charge = random.nextInt(5) == 0 ? null : new Charge(payment(purchase), Money.usd(999));
    assertThat(ledger.grant(email, purchase, charge))
        .isEqualTo(fake.grant(email, purchase, charge));
  }

  // Promotions expire soon, so that some expire unspent. Some repeat an earlier one.
  private void promote(Email email) {
    touched.add(email);
    var promotion =
        samples.promotion(1 + random.nextInt(6), samples.now().plusSeconds(random.nextInt(200)));
    if (!promotions.isEmpty() && random.nextInt(4) == 0) {
      var seen = promotions.get(random.nextInt(promotions.size()));
      promotion =
          new Promotion(
              promotion.id(),
              seen.credits(),
              seen.description(),
              samples.now(),
              seen.expiresAt(),
              "eve");
    }
    promotions.add(promotion);
    var again = random.nextInt(4) == 0;
    assertThat(ledger.promote(email, promotion, again))
        .isEqualTo(fake.promote(email, promotion, again));
  }

  private void adjust(Email email) {
    touched.add(email);
    var now = samples.now();
    var adjustment = Adjustment.of(samples.id(), 4 - random.nextInt(10), "by the walk", "eve", now);
    for (var times = 1 + random.nextInt(2); times > 0; times--) {
      assertThat(ledger.adjust(email, adjustment)).isEqualTo(fake.adjust(email, adjustment));
    }
  }

  private void expire(Email email) {
    touched.add(email);
    var now = samples.now();
    assertThat(due(ledger, now)).isEqualTo(due(fake, now));
    var id = samples.id();
    assertThat(ledger.expire(email, id, now)).isEqualTo(fake.expire(email, id, now));
  }

  private List<Email> due(Ledger ledger, Instant now) {
    return ledger.expiring(now, 100_000).items().stream()
        .filter(users::contains)
        .sorted(Comparator.comparing(Email::value))
        .toList();
  }

  private static PaymentIntentId payment(Purchase purchase) {
    return new PaymentIntentId("pi_" + purchase.session().value());
  }

  // Updates a payment that was granted, will be granted, or never is.
  private void reverse() {
    if (purchases.isEmpty()) {
      return;
    }
    var payment = payment(purchases.get(random.nextInt(purchases.size())));
    var cents = 1 + random.nextInt(1_000);
    var money = new Money(cents, random.nextInt(8) == 0 ? "eur" : "usd");
    var dispute = "dp_" + random.nextInt(2);
    var statuses = RefundState.Status.values();
    var update =
        switch (random.nextInt(4)) {
          case 0 -> Samples.withdrawn(payment, dispute, cents);
          case 1 -> Samples.disputed(payment, dispute, cents, cents, random.nextInt(cents + 1));
          case 2 ->
              new PaymentUpdate.RefundUpdate(
                  payment,
                  new RefundId("re_" + random.nextInt(3)),
                  new RefundState(money, statuses[random.nextInt(statuses.length)]));
          default -> new PaymentUpdate.RefundTotal(payment, money);
        };
    var id = samples.id();
    var now = samples.now();
    var expected = fake.reverse(update, id, now);
    assertThat(ledger.reverse(update, id, now)).isEqualTo(expected);
    if (expected instanceof Reversed(var owner, _)) {
      touched.add(owner);
    }
  }

  private void start(Email email) {
    var again = !started.isEmpty() && random.nextInt(4) == 0;
    var generation =
        again
            ? started.get(random.nextInt(started.size()))
            : samples.order(email, 1 + random.nextInt(5));
    var key = random.nextInt(3) == 0 ? null : key(generation);
    touched.add(generation.email());
    var expected = fake.start(generation, key, LIMITS);
    assertThat(generations.start(generation, key, LIMITS)).isEqualTo(expected);
    if (!again && fake.find(generation.email(), generation.id()).isPresent()) {
      started.add(generation);
    }
  }

  // Uses one of three keys and two requests; some writes replace the record of an earlier
  // generation.
  private IdempotencyWrite key(Generation generation) {
    var record =
        IdempotencyRecord.of(
            generation.email(),
            IdempotencyRecord.Scope.GENERATE,
            new IdempotencyKey("key " + random.nextInt(3)),
            RequestFingerprint.of("request " + random.nextInt(2)),
            generation.id().value(),
            generation.createdAt().minus(Duration.ofHours(random.nextInt(48))));
    var earlier = started.isEmpty() ? null : started.get(random.nextInt(started.size())).id();
    return new IdempotencyWrite(record, random.nextBoolean() ? null : earlier);
  }

  private void overdue() {
    var now = samples.now().plusSeconds(random.nextInt(600));
    assertThat(leases(generations, now)).isEqualTo(leases(fake, now));
  }

  // Leaves out the generations of other walks, which the table may hold.
  private List<Lease> leases(Generations generations, Instant now) {
    return generations.overdue(now, 100_000, null).items().stream()
        .filter(lease -> users.contains(lease.owner()))
        .sorted(
            Comparator.comparing(Lease::expiresAt)
                .thenComparing(lease -> lease.generation().toString()))
        .toList();
  }

  private void finish() {
    if (started.isEmpty()) {
      return;
    }
    var generation = started.get(random.nextInt(started.size()));
    var current = current(generation);
    var images = random.nextInt(4);
    var refunded = generation.price().shareRoundedUp(3 - images, 3).value();
    var end =
        images == 0 ? Samples.failed(generation) : Samples.succeeded(generation, images, refunded);
    // A generation that has ended is finished again as a late caller saw it.
    finish(current.state() instanceof Pending ? current : generation, end, refunded);
  }

  private void add() {
    if (started.isEmpty()) {
      return;
    }
    var generation = started.get(random.nextInt(started.size()));
    var variation = random.nextInt(3);
    var picture =
        random.nextInt(4) == 0
            ? new Picture(variation, new StoredImage("images/other", new ContentType("image/png")))
            : Samples.picture(generation, variation);
    assertThat(generations.add(generation, picture)).isEqualTo(fake.add(generation, picture));
    compare(generation);
  }

  // Some callers have an outdated view of the generation.
  private void ask() {
    if (started.isEmpty()) {
      return;
    }
    var generation = started.get(random.nextInt(started.size()));
    var seen = random.nextInt(3) == 0 ? generation : current(generation);
    var attempt = UUID.randomUUID();
    for (var times = 1 + random.nextInt(2); times > 0; times--) {
      var expected = fake.countModelCalls(seen, attempt, 2, LIMITS, samples.now());
      assertThat(generations.countModelCalls(seen, attempt, 2, LIMITS, samples.now()))
          .isEqualTo(expected);
    }
    compare(generation);
  }

  private void delete() {
    if (started.isEmpty()) {
      return;
    }
    var generation = started.get(random.nextInt(started.size()));
    var current = current(generation);
    var seen = random.nextInt(3) == 0 || current.state() instanceof Deleted ? generation : current;
    var missing = generation.price().shareRoundedDown(3 - seen.images().size(), 3).value();
    var refunded = seen.state() instanceof Pending ? missing : seen.refunded().value();
    var deleted = Samples.deleted(seen, refunded);
    finish(seen, deleted, seen.state() instanceof Pending ? refunded : 0);
  }

  private Generation current(Generation generation) {
    return fake.find(generation.email(), generation.id()).orElseThrow();
  }

  private void finish(Generation seen, Generation end, int refunded) {
    touched.add(seen.email());
    var refund = refunded == 0 ? null : samples.refund(seen, refunded);
    var uncharged =
        refund == null
            ? UnchargedCalls.NONE
            : new UnchargedCalls(random.nextInt(4), 0, refund.createdAt());
    assertThat(generations.finish(seen, end, refund, uncharged))
        .isEqualTo(fake.finish(seen, end, refund, uncharged));
    compare(seen);
  }

  private void compare(Generation generation) {
    assertThat(generations.find(generation.email(), generation.id()))
        .isEqualTo(fake.find(generation.email(), generation.id()));
  }
}
