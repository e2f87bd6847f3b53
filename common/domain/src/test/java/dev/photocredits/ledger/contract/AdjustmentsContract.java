package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.inDays;
import static dev.photocredits.ledger.Samples.lots;
import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.TransactionId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An operator's adjustment is applied once, and removes no more than is available. */
interface AdjustmentsContract extends LedgerUnderTest {
  @Test
  default void an_adjustment_changes_the_balance_once_and_records_its_reason_and_operator() {
    var ada = user(5);
    var more = adjustment(3);
    var fewer = adjustment(-7);

    assertThat(ledger().adjust(ada, more)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, more)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, fewer)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, fewer)).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isEqualTo(1);
    assertThat(ledger().statement(ada, 2, null).items()).containsExactly(fewer, more);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_adjustment_id_is_applied_once_whichever_operator_repeats_it() {
    var ada = user(5);
    var first = adjustment(-5);

    var outcomes = Race.of(16, i -> ledger().adjust(ada, repeat(first, "operator " + i)));

    assertThat(outcomes).containsOnly(new Adjusted());
    assertThat(balance(ada)).isZero();
    assertThat(ledger().statement(ada, 10, null).items()).hasSize(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_adjustment_id_cannot_be_reused() {
    var ada = user(5);
    var eve = user(5);
    var first = adjustment(2);
    var purchase = ledger().statement(ada, 10, null).items().getFirst().id();
    assertThat(ledger().adjust(ada, first)).isEqualTo(new Adjusted());

    var others =
        List.of(
            ledger().adjust(ada, of(first.id(), 3, "a mistake")),
            ledger().adjust(ada, of(first.id(), -2, "a mistake")),
            ledger().adjust(ada, of(first.id(), -99, "a mistake")),
            ledger().adjust(ada, of(first.id(), 2, "another mistake")),
            ledger().adjust(eve, of(first.id(), 2, "a mistake")),
            ledger().adjust(eve, of(first.id(), -99, "a mistake")),
            ledger().adjust(ada, of(purchase, 2, "a mistake")));

    assertThat(others).containsOnly(new IdTaken());
    assertThat(balance(ada)).isEqualTo(7);
    assertThat(balance(eve)).isEqualTo(5);
    Invariants.hold(auditReader(), List.of(ada, eve));
  }

  @Test
  default void an_adjustment_never_removes_more_than_is_available() {
    var ada = user(5);

    assertThat(ledger().adjust(ada, adjustment(-6))).isEqualTo(new TooMuch(credits(5)));
    assertThat(ledger().adjust(newEmail(), adjustment(6)))
        .isEqualTo(new AdjustmentOutcome.NoSuchUser());
    var outcomes = Race.of(16, _ -> ledger().adjust(ada, adjustment(-1)));

    assertThat(outcomes).filteredOn(Adjusted.class::isInstance).hasSize(5);
    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_adjustment_removes_permanent_credits_first_and_then_the_last_to_expire() {
    var ada = user(2);
    var sooner = promote(ada, 3, inDays(7));
    var _ = promote(ada, 3, inDays(8));
    var adjustment = adjustment(-6);

    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isEqualTo(2);
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(lots(sooner, 2));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_adjustment_removes_no_expired_credits() {
    var ada = user(2);
    var _ = expiringNow(ada, 5);

    assertThat(ledger().adjust(ada, adjustment(-3))).isEqualTo(new TooMuch(credits(2)));
    assertThat(newest(ada, 1)).containsExactly("promotion 5");
    assertThat(ledger().adjust(ada, adjustment(-2))).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isZero();
    assertThat(newest(ada, 2)).containsExactly("adjustment -2", "expiry -5");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_adjustment_settles_a_debt_first() {
    var ada = inDebt(6);

    assertThat(ledger().adjust(ada, adjustment(8))).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  private static Adjustment repeat(Adjustment first, String actor) {
    return Adjustment.of(first.id(), first.change(), "a mistake", actor, SAMPLES.now());
  }

  private static Adjustment of(TransactionId id, int change, String reason) {
    return Adjustment.of(id, change, reason, "eve", SAMPLES.now());
  }

  private static Adjustment adjustment(int change) {
    return Adjustment.of(SAMPLES.id(), change, "a mistake", "eve", SAMPLES.now());
  }
}
