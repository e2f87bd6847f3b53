package dev.photocredits.ledger;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PromotionOutcome.TooManyLots;
import dev.photocredits.credits.RefundState;
import dev.photocredits.credits.RefundState.Status;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.ledger.CreditByCredit.Line;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import dev.photocredits.values.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs random purchases, expiring promotions, generations, disputes and adjustments on the ledger
 * and on {@link CreditByCredit}, and compares them after every write, to the single credit.
 */
final class CreditByCreditTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final int WALKS = 100;
  private static final int STEPS = 120;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void every_write_moves_exactly_the_right_credits(long seed) {
    for (var walk = 0; walk < WALKS; walk++) {
      new Walk(seed * WALKS + walk).run();
    }
  }

  private static final class Walk {
    private final long seed;
    private final Random random;
    private final Samples samples;
    private final InMemoryLedger ledger = new InMemoryLedger();
    private final CreditByCredit account = new CreditByCredit();
    private final List<Sale> sales = new ArrayList<>();
    private final List<Generation> pending = new ArrayList<>();
    private final Set<String> promotions = new HashSet<>();
    private final Set<Object> seen = new HashSet<>();
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");

    Walk(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.samples = new Samples(random, now);
    }

    void run() {
      assertThat(ledger.create(ADA, null, now).email()).isEqualTo(ADA);
      for (var step = 0; step < STEPS; step++) {
        // The clocks of the writers differ: some are behind.
        now = now.plusSeconds(random.nextInt(40) - 8L);
        try {
          assertThat(written(step())).isTrue();
          compare();
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
        }
      }
      now = now.plusSeconds(100_000);
      assertThat(written(sweep())).isTrue();
      compare();
      promotions.forEach(
          promotion ->
              assertThat(expiredOf(promotion))
                  .as(promotion)
                  .isEqualTo(account.expiredOf(promotion)));
      Invariants.hold(ledger, List.of(ADA));
    }

    private List<Line> step() {
      return switch (random.nextInt(12)) {
        case 0 -> purchase();
        case 1, 2, 3 -> promotion();
        case 4, 5 -> usage();
        case 6, 7 -> refund();
        case 8, 9, 10 -> paymentUpdate();
        default -> random.nextInt(3) == 0 ? sweep() : adjustment();
      };
    }

    private void compare() {
      var user = ledger.find(ADA).orElseThrow();
      assertThat(user.credits().value()).isEqualTo(account.balance());
      assertThat(user.debt().value()).isEqualTo(account.debt());
      for (var later = 0; later < 400; later += 100) {
        var then = now.plusSeconds(later);
        assertThat(user.available(then).value()).isEqualTo(account.available(then));
      }
    }

    /** Checks that the statement has exactly these new lines since the last call. */
    private boolean written(List<Line> expected) {
      var lines =
          Invariants.statement(ledger, ADA).stream()
              .filter(transaction -> seen.add(transaction.id()))
              .map(Walk::line)
              .toList();
      assertThat(lines).containsExactlyInAnyOrderElementsOf(expected);
      return true;
    }

    private static Line line(Transaction transaction) {
      return new Line(transaction.type(), transaction.change(), transaction.owed());
    }

    private int expiredOf(String promotion) {
      return Invariants.statement(ledger, ADA).stream()
          .filter(transaction -> transaction.type().equals("expiry"))
          .flatMap(transaction -> transaction.lots().all().stream())
          .filter(lot -> lot.grant().toString().equals(promotion))
          .mapToInt(lot -> lot.left().value())
          .sum();
    }

    /** A payment of one cent per credit. */
    private static final class Sale {
      final PaymentIntentId payment;
      final SessionId session;
      final int credits;
      final Map<String, Integer> refunds = new HashMap<>();
      int withdrawn;
      int returned;
      int reversed;

      Sale(int number, int credits) {
        this.payment = new PaymentIntentId("pi_" + number);
        this.session = new SessionId("cs_" + number);
        this.credits = credits;
      }

      int due() {
        var refunded = refunds.values().stream().mapToInt(Integer::intValue).sum();
        return Math.min(credits, refunded + withdrawn - returned);
      }
    }

    private List<Line> purchase() {
      var sale = new Sale(sales.size(), 1 + random.nextInt(10));
      sales.add(sale);
      if (random.nextInt(4) == 0) {
        assertThat(ledger.reverse(nextUpdate(sale), samples.id(), now)).isNotNull();
        sale.reversed = sale.due();
      }
      var purchase =
          new Purchase(
              samples.id(), sale.session, credits(sale.credits), Money.usd(999), "A pack", now);
      var charge = new Charge(sale.payment, Money.usd(sale.credits));
      assertThat(ledger.grant(ADA, purchase, charge)).isNotNull();
      return account.purchase(sale.session.value(), sale.credits, sale.reversed);
    }

    private List<Line> promotion() {
      var credits = 1 + random.nextInt(6);
      var id = samples.id();
      var expiresAt = now.plusSeconds(random.nextInt(320) - 20L);
      var promotion =
          Promotion.until(expiresAt, id, credits(credits), "promotion " + id, "eve", now);
      if (ledger.promote(ADA, promotion, false) instanceof TooManyLots) {
        return List.of();
      }
      promotions.add(id.toString());
      return account.promotion(id.toString(), credits, expiresAt, now);
    }

    private List<Line> usage() {
      var sample = samples.order(ADA, 1 + random.nextInt(7));
      var generation =
          new Generation(
              sample.id(),
              ADA,
              sample.prompt(),
              sample.mode(),
              sample.options(),
              sample.price(),
              now,
              sample.state());
      var available = account.available(now);
      var lines = account.usage(generation.id().toString(), generation.price().value(), now);
      assertThat(ledger.start(generation, null, Limits.NONE))
          .isEqualTo(
              lines.isPresent() ? new Started() : new InsufficientCredits(credits(available)));
      lines.ifPresent(_ -> pending.add(generation));
      return lines.orElse(List.of());
    }

    private List<Line> refund() {
      if (pending.isEmpty()) {
        return List.of();
      }
      var generation = pending.remove(random.nextInt(pending.size()));
      var refunded = 1 + random.nextInt(generation.price().value());
      var refund =
          new Refund(samples.id(), generation.id(), credits(refunded), "Refund", now, Lots.NONE);
      var end =
          refunded == generation.price().value()
              ? failed(generation)
              : succeeded(generation, 1, refunded);
      assertThat(ledger.finish(generation, end, refund)).isNotNull();
      return account.refund(generation.id().toString(), refunded, now);
    }

    private List<Line> paymentUpdate() {
      if (sales.isEmpty()) {
        return List.of();
      }
      var sale = sales.get(random.nextInt(sales.size()));
      assertThat(ledger.reverse(nextUpdate(sale), samples.id(), now)).isNotNull();
      var more = sale.due() - sale.reversed;
      sale.reversed = sale.due();
      if (more == 0) {
        return List.of();
      }
      return more > 0
          ? account.reversal(sale.session.value(), more, now)
          : account.undo(sale.session.value(), -more, now);
    }

    /**
     * Makes up an update: a new refund, the failure of a refund, or a change of the full dispute.
     */
    private PaymentUpdate nextUpdate(Sale sale) {
      var standing = sale.refunds.entrySet().stream().filter(it -> it.getValue() > 0).findFirst();
      if (standing.isPresent() && random.nextBoolean()) {
        var id = standing.get().getKey();
        return refund(sale, id, Objects.requireNonNull(sale.refunds.put(id, 0)), Status.FAILED);
      }
      if (random.nextInt(3) == 0) {
        var id = "re_" + sale.refunds.size();
        var cents = 1 + random.nextInt(sale.credits);
        sale.refunds.put(id, cents);
        return refund(sale, id, cents, Status.SUCCEEDED);
      }
      var open = sale.withdrawn - sale.returned;
      if (open == 0) {
        sale.withdrawn += sale.credits;
      } else {
        sale.returned += 1 + random.nextInt(open);
      }
      return new PaymentUpdate.DisputeUpdate(
          sale.payment,
          new DisputeId("dp_1"),
          new DisputeState(Money.usd(sale.credits), sale.credits, sale.withdrawn, sale.returned));
    }

    private static PaymentUpdate refund(Sale sale, String id, int cents, Status status) {
      return new PaymentUpdate.RefundUpdate(
          sale.payment, new RefundId(id), new RefundState(Money.usd(cents), status));
    }

    private List<Line> adjustment() {
      var change = random.nextInt(11) - 5;
      var available = account.available(now);
      var lines = account.adjustment(change, now);
      var adjustment = Adjustment.of(samples.id(), change, "a mistake", "eve", now);
      assertThat(ledger.adjust(ADA, adjustment))
          .isEqualTo(lines.isPresent() ? new Adjusted() : new TooMuch(credits(available)));
      return lines.orElse(List.of());
    }

    private List<Line> sweep() {
      var lines = account.expire(now);
      var expired = lines.stream().mapToInt(Line::change).sum();
      assertThat(ledger.expire(ADA, samples.id(), now)).isEqualTo(credits(-expired));
      return lines;
    }
  }
}
