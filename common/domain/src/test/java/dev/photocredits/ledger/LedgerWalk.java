package dev.photocredits.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.Books;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.RefundId;
import dev.photocredits.credits.RefundState;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Generations.KeyClaim;
import dev.photocredits.generation.Lease;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.generation.Uncharged;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestHash;
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
 * A walk of random operations, repeats and late comers among them, over a few users: the same steps
 * on a ledger and on the fake, which must answer alike. After every step the invariants hold on the
 * fake, and the balances and newest entries of whom the step touched are alike; every so many steps
 * everything is, since what else is written stays as it is written. The same seed walks the same
 * way.
 */
public final class LedgerWalk {
  private static final int STEPS_BETWEEN_COMPARISONS = 25;

  /** So tight that they are reached now and then. */
  private static final Limits LIMITS = Limits.NONE.with(Limit.PENDING, 3).with(Limit.UNCHARGED, 9);

  /** A step writes no more transactions for one user. */
  private static final int NEWEST = 50;

  private final long seed;
  private final Random chance;
  private final Samples samples;
  private final Ledger ledger;
  private final Generations generations;
  private final Books books;
  private final InMemoryLedger twin = new InMemoryLedger();
  private final List<Email> people = Stream.generate(Samples::somebody).limit(4).toList();
  private final List<Purchase> purchases = new ArrayList<>();
  private final List<Promotion> gifts = new ArrayList<>();
  private final List<Generation> orders = new ArrayList<>();

  /** Whose accounts the step has written to, or has tried to. */
  private final Set<Email> touched = new HashSet<>();

  public LedgerWalk(long seed, Ledger ledger, Generations generations, Books books) {
    this.seed = seed;
    this.chance = new Random(seed);
    this.samples = new Samples(chance);
    this.ledger = ledger;
    this.generations = generations;
    this.books = books;
  }

  /** Walks on; a failure names the seed and the step. */
  public void walk(int steps) {
    for (var step = 0; step < steps; step++) {
      var email = people.get(chance.nextInt(people.size()));
      try {
        touched.clear();
        step(email);
        touched.forEach(this::compareNewest);
        Invariants.hold(twin, touched);
        if (step % STEPS_BETWEEN_COMPARISONS == 0) {
          compareAll();
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
      }
    }
    compareAll();
    for (var email : people) {
      assertThat(Invariants.statement(ledger, email)).isEqualTo(Invariants.statement(twin, email));
    }
  }

  private void compareNewest(Email email) {
    assertThat(ledger.find(email)).isEqualTo(twin.find(email));
    assertThat(ledger.statement(email, NEWEST, null))
        .isEqualTo(twin.statement(email, NEWEST, null));
  }

  // What is like the fake's account keeps the invariants that the fake's is held to.
  private void compareAll() {
    for (var email : people) {
      assertThat(books.account(email)).isEqualTo(twin.account(email));
    }
  }

  private void step(Email email) {
    switch (chance.nextInt(23)) {
      case 0 -> create(email);
      case 1 -> link(email);
      case 2, 3 -> purchase(email);
      case 4 -> repeatPurchase(email);
      case 5, 6, 7 -> order(email);
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
    var welcome = chance.nextBoolean() ? samples.welcome(1 + chance.nextInt(5)) : null;
    var now = samples.now();
    assertThat(ledger.create(email, welcome, now)).isEqualTo(twin.create(email, welcome, now));
  }

  private void link(Email email) {
    touched.add(email);
    if (twin.find(email).isPresent()) {
      var customer = new CustomerId("cus_" + chance.nextInt(100));
      var now = samples.now();
      var deleted = chance.nextInt(3) > 0 ? null : twin.find(email).orElseThrow().stripeCustomer();
      assertThat(ledger.linkCustomer(email, customer, deleted, now))
          .isEqualTo(twin.linkCustomer(email, customer, deleted, now));
    }
  }

  private void purchase(Email email) {
    // The session's id is new for every walk: the table may be older than it.
    var purchase = samples.purchase("cs_test_" + UUID.randomUUID(), 1 + chance.nextInt(12));
    purchases.add(purchase);
    if (chance.nextInt(4) == 0) {
      reverse();
    }
    grant(email, purchase);
  }

  private void repeatPurchase(Email email) {
    if (!purchases.isEmpty()) {
      var seen = purchases.get(chance.nextInt(purchases.size()));
      var id = chance.nextBoolean() ? seen.id() : samples.id();
      grant(email, samples.purchase(id, seen.session().value(), seen.credits().value()));
    }
  }

  private void grant(Email email, Purchase purchase) {
    touched.add(email);
    var charge = chance.nextInt(5) == 0 ? null : new Charge(payment(purchase), Money.usd(999));
    assertThat(ledger.grant(email, purchase, charge))
        .isEqualTo(twin.grant(email, purchase, charge));
  }

  // Until soon, so that some expire unspent; now and then once more for the same reason.
  private void promote(Email email) {
    touched.add(email);
    var gift = samples.gift(1 + chance.nextInt(6), samples.now().plusSeconds(chance.nextInt(200)));
    if (!gifts.isEmpty() && chance.nextInt(4) == 0) {
      var seen = gifts.get(chance.nextInt(gifts.size()));
      gift =
          new Promotion(
              gift.id(),
              seen.credits(),
              seen.description(),
              samples.now(),
              seen.expiresAt(),
              "eve");
    }
    gifts.add(gift);
    var again = chance.nextInt(4) == 0;
    assertThat(ledger.promote(email, gift, again)).isEqualTo(twin.promote(email, gift, again));
  }

  private void adjust(Email email) {
    touched.add(email);
    var now = samples.now();
    var adjustment = Adjustment.of(samples.id(), 4 - chance.nextInt(10), "by the walk", "eve", now);
    for (var times = 1 + chance.nextInt(2); times > 0; times--) {
      assertThat(ledger.adjust(email, adjustment)).isEqualTo(twin.adjust(email, adjustment));
    }
  }

  private void expire(Email email) {
    touched.add(email);
    var now = samples.now();
    assertThat(due(ledger, now)).isEqualTo(due(twin, now));
    var id = samples.id();
    assertThat(ledger.expire(email, id, now)).isEqualTo(twin.expire(email, id, now));
  }

  private List<Email> due(Ledger ledger, Instant now) {
    return ledger.expiring(now, 100_000).items().stream()
        .filter(people::contains)
        .sorted(Comparator.comparing(Email::value))
        .toList();
  }

  private static PaymentIntentId payment(Purchase purchase) {
    return new PaymentIntentId("pi_" + purchase.session().value());
  }

  // News of a payment that was granted, or will be, or never is.
  private void reverse() {
    if (purchases.isEmpty()) {
      return;
    }
    var payment = payment(purchases.get(chance.nextInt(purchases.size())));
    var cents = 1 + chance.nextInt(1_000);
    var money = new Money(cents, chance.nextInt(8) == 0 ? "eur" : "usd");
    var dispute = "dp_" + chance.nextInt(2);
    var statuses = RefundState.Status.values();
    var news =
        switch (chance.nextInt(4)) {
          case 0 -> Samples.withdrawn(payment, dispute, cents);
          case 1 -> Samples.disputed(payment, dispute, cents, cents, chance.nextInt(cents + 1));
          case 2 ->
              new MoneyMoved.Refund(
                  payment,
                  new RefundId("re_" + chance.nextInt(3)),
                  new RefundState(money, statuses[chance.nextInt(statuses.length)]));
          default -> new MoneyMoved.Refunded(payment, money);
        };
    var id = samples.id();
    var now = samples.now();
    var expected = twin.reverse(news, id, now);
    assertThat(ledger.reverse(news, id, now)).isEqualTo(expected);
    if (expected instanceof Reversed(var owner, _)) {
      touched.add(owner);
    }
  }

  private void order(Email email) {
    var again = !orders.isEmpty() && chance.nextInt(4) == 0;
    var order =
        again
            ? orders.get(chance.nextInt(orders.size()))
            : samples.order(email, 1 + chance.nextInt(5));
    var usage = Samples.usage(new TransactionId(order.id().value()), order);
    var key = chance.nextInt(3) == 0 ? null : key(order);
    touched.add(order.email());
    var expected = twin.start(order, usage, key, LIMITS);
    assertThat(generations.start(order, usage, key, LIMITS)).isEqualTo(expected);
    if (!again && twin.find(order.email(), order.id()).isPresent()) {
      orders.add(order);
    }
  }

  // One of three keys and two requests, now and then in the place of an earlier generation.
  private KeyClaim key(Generation order) {
    var claim =
        Claim.of(
            order.email(),
            Claim.Scope.GENERATE,
            new IdempotencyKey("key " + chance.nextInt(3)),
            RequestHash.of("request " + chance.nextInt(2)),
            order.id().value(),
            order.createdAt().minus(Duration.ofHours(chance.nextInt(48))));
    var earlier = orders.isEmpty() ? null : orders.get(chance.nextInt(orders.size())).id();
    return new KeyClaim(claim, chance.nextBoolean() ? null : earlier);
  }

  private void overdue() {
    var now = samples.now().plusSeconds(chance.nextInt(600));
    assertThat(mine(generations, now)).isEqualTo(mine(twin, now));
  }

  // The table may hold other walks' generations.
  private List<Lease> mine(Generations generations, Instant now) {
    return generations.overdue(now, 100_000, null).items().stream()
        .filter(lease -> people.contains(lease.owner()))
        .sorted(
            Comparator.comparing(Lease::expiresAt)
                .thenComparing(lease -> lease.generation().toString()))
        .toList();
  }

  private void finish() {
    if (orders.isEmpty()) {
      return;
    }
    var order = orders.get(chance.nextInt(orders.size()));
    var now = now(order);
    var images = chance.nextInt(4);
    var refunded = order.price().shareRoundedUp(3 - images, 3).value();
    var end = images == 0 ? Samples.failed(order) : Samples.succeeded(order, images, refunded);
    // Of what has ended already, as whoever is late has seen it.
    finish(now.state() instanceof Pending ? now : order, end, refunded);
  }

  private void add() {
    if (orders.isEmpty()) {
      return;
    }
    var order = orders.get(chance.nextInt(orders.size()));
    var variation = chance.nextInt(3);
    var picture =
        chance.nextInt(4) == 0
            ? new Picture(variation, new StoredImage("images/other", new ContentType("image/png")))
            : Samples.picture(order, variation);
    assertThat(generations.add(order, picture)).isEqualTo(twin.add(order, picture));
    compare(order);
  }

  // Now and then as a caller asks who saw the generation before others did.
  private void ask() {
    if (orders.isEmpty()) {
      return;
    }
    var order = orders.get(chance.nextInt(orders.size()));
    var seen = chance.nextInt(3) == 0 ? order : now(order);
    var attempt = UUID.randomUUID();
    for (var times = 1 + chance.nextInt(2); times > 0; times--) {
      var expected = twin.ask(seen, attempt, 2, LIMITS, samples.now());
      assertThat(generations.ask(seen, attempt, 2, LIMITS, samples.now())).isEqualTo(expected);
    }
    compare(order);
  }

  private void delete() {
    if (orders.isEmpty()) {
      return;
    }
    var order = orders.get(chance.nextInt(orders.size()));
    var now = now(order);
    var seen = chance.nextInt(3) == 0 || now.state() instanceof Deleted ? order : now;
    var missing = order.price().shareRoundedDown(3 - seen.images().size(), 3).value();
    var refunded = seen.state() instanceof Pending ? missing : seen.refunded().value();
    var deleted = Samples.deleted(seen, refunded);
    finish(seen, deleted, seen.state() instanceof Pending ? refunded : 0);
  }

  private Generation now(Generation order) {
    return twin.find(order.email(), order.id()).orElseThrow();
  }

  private void finish(Generation seen, Generation end, int refunded) {
    touched.add(seen.email());
    var refund = refunded == 0 ? null : samples.refund(seen, refunded);
    var uncharged =
        refund == null ? Uncharged.NONE : new Uncharged(chance.nextInt(4), 0, refund.createdAt());
    assertThat(generations.finish(seen, end, refund, uncharged))
        .isEqualTo(twin.finish(seen, end, refund, uncharged));
    compare(seen);
  }

  private void compare(Generation order) {
    assertThat(generations.find(order.email(), order.id()))
        .isEqualTo(twin.find(order.email(), order.id()));
  }
}
