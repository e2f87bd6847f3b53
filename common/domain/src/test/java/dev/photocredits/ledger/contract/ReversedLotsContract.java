package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.disputed;
import static dev.photocredits.ledger.Samples.inDays;
import static dev.photocredits.ledger.Samples.lots;
import static dev.photocredits.ledger.Samples.reinstated;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A reversal withdraws credits of lots last, and a dispute that is won returns them. */
interface ReversedLotsContract extends LedgerUnderTest {
  @Test
  default void a_reversal_withdraws_permanent_credits_first_and_then_the_last_to_expire() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 5);
    var sooner = promote(ada, 3, inDays(7));
    var later = promote(ada, 3, inDays(8));

    assertThat(refund(sale, 400)).isEqualTo(new Reversed(ada, -4));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(sooner.lots().plus(later.lots()));
    assertThat(refund(sale, 700)).isEqualTo(new Reversed(ada, -3));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(4));
    assertThat(user.lots()).isEqualTo(sooner.lots().plus(lots(later, 1)));
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots())
        .isEqualTo(lots(later, 2));
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -3));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(lots(sooner, 1));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_reversal_withdraws_no_expired_credits() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 8);
    var _ = expiringNow(ada, 5);

    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(8));
    assertThat(user.lots()).isEqualTo(Lots.NONE);
    assertThat(newest(ada, 2)).containsExactly("reversal -2", "expiry -5");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void winning_a_dispute_returns_credits_to_their_lots() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 9);
    var sooner = promote(ada, 3, inDays(7));
    var later = promote(ada, 3, inDays(8));
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));
    assertThat(ledger().find(ada).orElseThrow().debt()).isEqualTo(credits(3));

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(7));
    assertThat(user.lots()).isEqualTo(sooner.lots().plus(later.lots()));
    assertThat(user.reversals()).isEqualTo(OpenReversals.NONE);
    assertThat(newest(ada, 2)).containsExactly("reversal -3", "reversal 10");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_partly_won_dispute_restores_the_credits_withdrawn_last() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 8);
    var sooner = promote(ada, 3, inDays(7));
    var later = promote(ada, 3, inDays(8));
    assertThat(dispute(sale, 999, 0)).isEqualTo(new Reversed(ada, -10));

    assertThat(dispute(sale, 999, 600)).isEqualTo(new Reversed(ada, 7));

    // The account is as if only three credits had been withdrawn.
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(user.credits()).isEqualTo(credits(5));
    assertThat(user.lots()).isEqualTo(sooner.lots().plus(lots(later, 2)));
    assertThat(dispute(sale, 999, 999)).isEqualTo(new Reversed(ada, 3));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(sooner.lots().plus(later.lots()));
    assertThat(balance(ada)).isEqualTo(8);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void credits_that_expired_during_a_dispute_expire_at_once_when_it_is_won() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 9);
    var _ = promote(ada, 3, inDays(7));
    var later = promote(ada, 3, inDays(9));
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(ledger().reverse(reinstated(sale.payment(), "dp_1", 999), SAMPLES.id(), inDays(8)))
        .isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(4));
    assertThat(user.lots()).isEqualTo(later.lots());
    assertThat(newest(ada, 3)).containsExactly("reversal -3", "expiry -3", "reversal 10");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void credits_that_settled_the_debt_of_a_dispute_return_to_their_lot_when_it_is_won() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 10);
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));
    var promotion = promote(ada, 4, inDays(7));
    var _ = sale(ada, 10);

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(14));
    assertThat(user.lots()).isEqualTo(promotion.lots());
    assertThat(user.reversals()).isEqualTo(OpenReversals.NONE);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void each_dispute_returns_the_credits_it_withdrew() {
    var ada = user(0);
    var first = sale(ada, 5);
    var second = sale(ada, 5);
    var _ = started(ada, 5);
    var promotion = promote(ada, 5, inDays(7));
    assertThat(withdraw(first, "dp_1", 999)).isEqualTo(new Reversed(ada, -5));
    assertThat(withdraw(second, "dp_2", 999)).isEqualTo(new Reversed(ada, -5));

    assertThat(reinstate(first, "dp_1", 999)).isEqualTo(new Reversed(ada, 5));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(balance(ada)).isEqualTo(5);
    assertThat(reinstate(second, "dp_2", 999)).isEqualTo(new Reversed(ada, 5));

    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void credits_returned_by_a_won_dispute_settle_the_debt_of_another() {
    var ada = user(0);
    var first = sale(ada, 5);
    var second = sale(ada, 5);
    var _ = started(ada, 10);
    var promotion = promote(ada, 5, inDays(7));
    assertThat(withdraw(first, "dp_1", 999)).isEqualTo(new Reversed(ada, -5));
    assertThat(withdraw(second, "dp_2", 600)).isEqualTo(new Reversed(ada, -3));

    assertThat(reinstate(first, "dp_1", 999)).isEqualTo(new Reversed(ada, 5));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(lots(promotion, 2));
    assertThat(balance(ada)).isEqualTo(2);
    assertThat(reinstate(second, "dp_2", 600)).isEqualTo(new Reversed(ada, 3));

    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    assertThat(balance(ada)).isEqualTo(5);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_reversals_leave_no_more_expiring_credits_than_the_balance() {
    var ada = user(0);
    var sales = List.of(sale(ada, 10), sale(ada, 10), sale(ada, 10));
    var _ = started(ada, 10);
    var _ = promote(ada, 8, inDays(7));

    var outcomes = Race.of(3, i -> refund(sales.get(i), 999));

    assertThat(outcomes).containsOnly(new Reversed(ada, -10));
    assertThat(ledger().find(ada).orElseThrow().debt()).isEqualTo(credits(2));
    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  private ReversalOutcome dispute(Sale sale, long withdrawn, long returned) {
    return ledger()
        .reverse(
            disputed(sale.payment(), "dp_1", 999, withdrawn, returned),
            SAMPLES.id(),
            SAMPLES.now());
  }
}
