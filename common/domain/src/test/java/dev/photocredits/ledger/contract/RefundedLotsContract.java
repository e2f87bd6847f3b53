package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.inDays;
import static dev.photocredits.ledger.Samples.lots;
import static dev.photocredits.ledger.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Lots;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.generation.FinishOutcome;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.Generation;
import dev.photocredits.ledger.Invariants;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a generation gives back returns to the lots that paid for it. */
interface RefundedLotsContract extends LedgerUnderTest {
  @Test
  default void a_refund_returns_permanent_credits_first_and_then_the_last_to_expire() {
    var ada = user(1);
    var sooner = promote(ada, 1, inDays(7));
    var later = promote(ada, 1, inDays(8));
    var generation = started(ada, 3);

    assertThat(release(generation, 2)).isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(2));
    assertThat(user.lots()).isEqualTo(later.lots());
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots()).isEqualTo(later.lots());
    assertThat(release(started(ada, 2), 2)).isEqualTo(new Finished());
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(later.lots());
    assertThat(sooner.lots()).isNotEqualTo(later.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void refunded_credits_whose_lot_has_expired_expire_at_once() {
    var ada = user(1);
    var promotion = promote(ada, 5, inDays(7));
    var later = promote(ada, 1, inDays(9));
    var generation = started(ada, 3);

    assertThat(release(generation, 3, inDays(7))).isEqualTo(new Finished());

    assertThat(newest(ada, 2)).containsExactly("expiry -5", "refund 3");
    assertThat(balance(ada)).isEqualTo(2);
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(later.lots());
    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(8))).isEqualTo(credits(0));
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots())
        .isEqualTo(promotion.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void refunded_credits_whose_lot_was_already_removed_expire_at_once() {
    var ada = user(0);
    var promotion = promote(ada, 5, inDays(7));
    var generation = started(ada, 3);
    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(7))).isEqualTo(credits(2));

    assertThat(release(generation, 2, inDays(8))).isEqualTo(new Finished());

    assertThat(newest(ada, 3)).containsExactly("expiry -2", "refund 2", "expiry -2");
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots())
        .isEqualTo(lots(promotion, 2));
    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_refund_of_permanent_credits_leaves_lots_alone() {
    var ada = user(3);
    var generation = started(ada, 3);
    var promotion = promote(ada, 5, inDays(7));

    assertThat(release(generation, 3, inDays(8))).isEqualTo(new Finished());

    assertThat(newest(ada, 1)).containsExactly("refund 3");
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void refunded_credits_that_have_expired_settle_no_debt() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 10);
    var _ = promote(ada, 3, inDays(7));
    var generation = started(ada, 3);
    assertThat(refund(sale, 200)).isEqualTo(new Reversed(ada, -2));

    assertThat(release(generation, 3, inDays(7))).isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(2));
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(newest(ada, 2)).containsExactly("expiry -3", "refund 3");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void refunded_credits_settle_a_debt_before_they_can_expire() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 10);
    var _ = promote(ada, 2, inDays(7));
    var later = promote(ada, 1, inDays(8));
    var generation = started(ada, 3);
    assertThat(refund(sale, 200)).isEqualTo(new Reversed(ada, -2));

    assertThat(release(generation, 3)).isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(user.credits()).isEqualTo(credits(1));
    assertThat(user.lots()).isEqualTo(later.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  private FinishOutcome release(Generation generation, int credits) {
    return release(generation, credits, SAMPLES.now());
  }

  private FinishOutcome release(Generation generation, int credits, Instant at) {
    var images = 3 - credits * 3 / generation.price().value();
    var end = images == 0 ? failed(generation) : succeeded(generation, images, credits);
    var refund =
        new Refund(SAMPLES.id(), generation.id(), credits(credits), "Refund", at, Lots.NONE);
    return generations().finish(generation, end, refund);
  }
}
