package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.at;
import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.inDays;
import static dev.photocredits.ledger.Samples.lots;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Lots;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.Credits;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Credits that expire are spent first, and what is left of them expires once. */
interface ExpiryContract extends LedgerUnderTest {
  @Test
  default void credits_that_expire_first_are_spent_first() {
    var ada = user(10);
    var later = promote(ada, 4, inDays(9));
    var sooner = promote(ada, 2, inDays(7));

    var first = started(ada, 3);
    var second = started(ada, 5);

    assertThat(usageOf(first)).isEqualTo(usage(first).of(lots(sooner, 2).plus(lots(later, 1))));
    assertThat(usageOf(second)).isEqualTo(usage(second).of(lots(later, 3)));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(balance(ada)).isEqualTo(8);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_repeated_start_spends_expiring_credits_once() {
    var ada = user(0);
    var _ = promote(ada, 5, inDays(7));
    var generation = started(ada, 3);

    assertThat(start(generation)).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void expired_credits_cannot_be_spent_even_while_they_are_on_the_balance() {
    var ada = user(2);
    var promotion = expiringNow(ada, 5);

    assertThat(start(SAMPLES.order(ada, 3))).isEqualTo(new InsufficientCredits(credits(2)));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    var generation = started(ada, 2);

    assertThat(usageOf(generation)).isEqualTo(usage(generation));
    assertThat(balance(ada)).isZero();
    assertThat(newest(ada, 2)).containsExactly("usage -2", "expiry -5");
    assertThat(ledger().statement(ada, 2, null).items().getLast())
        .isEqualTo(
            new Expiry(
                usageOf(generation).id().plus(-1),
                promotion.lots(),
                "Expired: " + reasonFor(promotion),
                generation.createdAt()));
    assertThat(start(generation)).isEqualTo(new Started());
    assertThat(start(SAMPLES.order(ada, 1))).isEqualTo(new InsufficientCredits(credits(0)));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void expired_credits_are_removed_from_the_balance_once() {
    var ada = user(2);
    var promotion = promote(ada, 5, inDays(7));
    var other = promote(ada, 1, inDays(8));
    var kept = promote(ada, 1, inDays(9));
    var id = SAMPLES.id();

    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(6))).isEqualTo(credits(0));
    assertThat(ledger().expire(ada, id, inDays(8))).isEqualTo(credits(6));
    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(8))).isEqualTo(credits(0));

    assertThat(balance(ada)).isEqualTo(3);
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(kept.lots());
    var ends = ledger().statement(ada, 2, null).items();
    assertThat(ends).extracting(Transaction::change).containsExactly(-1, -5);
    assertThat(ends.getLast())
        .isEqualTo(new Expiry(id, promotion.lots(), "Expired: " + reasonFor(promotion), inDays(8)));
    assertThat(ends.getFirst().lots()).isEqualTo(other.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_sweepers_remove_expired_credits_once() {
    var ada = user(2);
    var _ = promote(ada, 5, inDays(7));

    var expired = Race.of(16, _ -> ledger().expire(ada, SAMPLES.id(), inDays(7)));

    assertThat(expired).filteredOn(credits(5)::equals).hasSize(1);
    assertThat(expired).filteredOn(Credits::isNone).hasSize(15);
    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void users_with_expired_credits_are_listed_until_the_credits_are_removed() {
    var ada = user(0);
    var at = inDays(7);
    var _ = promote(ada, 5, inDays(30));
    var _ = promote(ada, 5, at);
    var bob = user(0);
    var _ = promote(bob, 5, at);
    var _ = started(bob, 5);

    assertThat(ledger().expiring(at.minusSeconds(1), 100_000).items()).doesNotContain(ada, bob);
    assertThat(ledger().expiring(at, 100_000).items()).contains(ada).doesNotContain(bob);
    assertThat(ledger().expire(ada, SAMPLES.id(), at)).isEqualTo(credits(5));
    assertThat(ledger().expiring(at, 100_000).items()).doesNotContain(ada);
    assertThat(ledger().expiring(inDays(30), 100_000).items()).contains(ada);
  }

  @Test
  default void expiring_the_credits_of_an_unknown_user_changes_nothing() {
    assertThat(ledger().expire(newEmail(), SAMPLES.id(), inDays(7))).isEqualTo(credits(0));
  }

  @Test
  default void any_number_of_lots_expires_in_one_write() {
    var ada = user(1);
    var sales = List.of(sale(ada, Lots.MOST), sale(ada, Lots.MOST), sale(ada, Lots.MOST));
    var _ = started(ada, 3 * Lots.MOST + 1);
    for (var sale : sales) {
      for (var i = 0; i < Lots.MOST; i++) {
        var _ = promote(ada, 1, inDays(7));
      }
      assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -Lots.MOST));
    }
    sales.forEach(sale -> assertThat(reinstate(sale, "dp_1", 999)).isNotNull());
    var _ = sale(ada, 2);
    assertThat(ledger().find(ada).orElseThrow().lots().all()).hasSize(3 * Lots.MOST);
    var generation = at(SAMPLES.order(ada, 2), inDays(7));

    assertThat(start(generation)).isEqualTo(new Started());

    assertThat(balance(ada)).isZero();
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(ledger().statement(ada, 42, null).items())
        .extracting(Transaction::change)
        .startsWith(-2, -20, -1)
        .endsWith(-1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_generations_and_sweepers_expire_a_lot_once() {
    var ada = user(4);
    var _ = promote(ada, 5, inDays(7));

    var outcomes =
        Race.of(
            16,
            i ->
                i % 2 == 0
                    ? start(at(SAMPLES.order(ada, 1), inDays(7)))
                    : ledger().expire(ada, SAMPLES.id(), inDays(7)));

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(4);
    assertThat(balance(ada)).isZero();
    assertThat(Invariants.statement(ledger(), ada))
        .extracting(Transaction::type)
        .containsOnlyOnce("expiry");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_spending_expiry_and_promotions_never_lose_a_credit() {
    var ada = user(3);
    var _ = promote(ada, 4, inDays(7));
    var _ = promote(ada, 4, inDays(8));
    var expired = new AtomicInteger();

    var outcomes =
        Race.of(
            16,
            i ->
                switch (i % 4) {
                  case 0 -> ledger().promote(ada, SAMPLES.promotion(1, inDays(9)), false);
                  case 1 -> {
                    var removed = ledger().expire(ada, SAMPLES.id(), inDays(7));
                    yield expired.addAndGet(removed.value());
                  }
                  default -> start(SAMPLES.order(ada, 1));
                });

    var spent = Math.toIntExact(outcomes.stream().filter(Started.class::isInstance).count());
    assertThat(spent).isEqualTo(8);
    assertThat(balance(ada)).isEqualTo(15 - spent - expired.get());
    Invariants.hold(auditReader(), List.of(ada));
  }

  private Transaction usageOf(Generation generation) {
    return Invariants.statement(ledger(), generation.email()).stream()
        .filter(
            transaction -> transaction.generationId().filter(generation.id()::equals).isPresent())
        .findFirst()
        .orElseThrow();
  }

  private static String reasonFor(Promotion promotion) {
    return promotion.description().substring("Promotion: ".length());
  }
}
