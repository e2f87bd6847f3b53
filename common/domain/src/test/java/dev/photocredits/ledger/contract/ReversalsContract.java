package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.newPayment;
import static dev.photocredits.ledger.Samples.newSession;
import static dev.photocredits.ledger.Samples.refunded;
import static dev.photocredits.ledger.Samples.reinstated;
import static dev.photocredits.ledger.Samples.withdrawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.ReversalOutcome.AlreadyRecorded;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.Money;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Money that Stripe returns or withdraws takes its credits away once, and credits already spent
 * become debt.
 */
interface ReversalsContract extends LedgerUnderTest {
  @Test
  default void a_full_refund_of_the_payment_reverses_the_purchase() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var id = SAMPLES.id();
    var now = SAMPLES.now();

    var outcome = ledger().reverse(new RefundTotal(sale.payment(), Money.usd(999)), id, now);

    assertThat(outcome).isEqualTo(new Reversed(ada, -10));
    assertThat(balance(ada)).isZero();
    assertThat(ledger().statement(ada, 1, null).items())
        .containsExactly(
            new Reversal(
                id, sale.session(), -10, 0, "Reversal: the payment was returned", now, Lots.NONE));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_partial_refund_of_the_payment_reverses_its_share_of_the_credits_rounded_down() {
    var ada = user(0);
    var sale = sale(ada, 10);

    assertThat(refund(sale, 99)).isEqualTo(new RecordedOnly());
    assertThat(refund(sale, 500)).isEqualTo(new Reversed(ada, -5));
    assertThat(refund(sale, 998)).isEqualTo(new Reversed(ada, -4));

    assertThat(balance(ada)).isEqualTo(1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void repeated_and_outdated_updates_change_nothing() {
    var ada = user(0);
    var sale = sale(ada, 10);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(refund(sale, 999)).isEqualTo(new AlreadyRecorded());
    assertThat(refund(sale, 500)).isEqualTo(new AlreadyRecorded());

    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void reversals_never_exceed_the_credits_granted() {
    var ada = user(20);
    var sale = sale(ada, 10);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new RecordedOnly());
    assertThat(refund(sale, 99_999)).isEqualTo(new RecordedOnly());

    assertThat(balance(ada)).isEqualTo(20);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_dispute_reverses_credits_and_winning_it_restores_them() {
    var ada = user(0);
    var sale = sale(ada, 10);

    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));
    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));
    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new AlreadyRecorded());
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new AlreadyRecorded());

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void the_end_of_a_dispute_may_be_reported_before_its_start() {
    var ada = user(0);
    var sale = sale(ada, 10);

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new RecordedOnly());
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new AlreadyRecorded());

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void reversing_spent_credits_leaves_a_debt_and_a_balance_of_zero() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 7);

    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(7));
    assertThat(ledger().statement(ada, 1, null).items().getFirst().change()).isEqualTo(-3);
    assertThat(start(SAMPLES.order(ada, 1))).isEqualTo(new InsufficientCredits(credits(0)));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void the_next_purchase_settles_the_debt_first() {
    var ada = inDebt(7);

    var _ = sale(ada, 10);

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(3));
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(ledger().statement(ada, 2, null).items())
        .extracting(transaction -> transaction.type() + " " + transaction.change())
        .containsExactly("reversal -7", "purchase 10");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_purchases_settle_a_debt_once() {
    var ada = inDebt(7);

    var outcomes = Race.of(16, _ -> ledger().grant(ada, SAMPLES.purchase(newSession(), 1), null));

    assertThat(outcomes).hasOnlyElementsOfType(Granted.class);
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(9));
    assertThat(user.debt()).isEqualTo(credits(0));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_purchase_smaller_than_the_debt_leaves_the_rest_owed() {
    var ada = inDebt(7);

    var _ = sale(ada, 4);

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(3));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void winning_a_dispute_settles_the_debt_it_caused() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 7);
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(3));
    assertThat(user.debt()).isEqualTo(credits(0));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void the_refund_of_a_generation_settles_a_debt_first() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var generation = started(ada, 7);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 7)))
        .isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(0));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_payment_refunded_before_its_grant_is_reversed_with_the_grant() {
    var ada = user(0);
    var payment = newPayment();
    assertThat(
            ledger().reverse(new RefundTotal(payment, Money.usd(500)), SAMPLES.id(), SAMPLES.now()))
        .isEqualTo(new RecordedOnly());

    var purchase = SAMPLES.purchase(newSession(), 10);
    assertThat(ledger().grant(ada, purchase, new Charge(payment, Money.usd(999))))
        .isEqualTo(new Granted(credits(10), credits(5), false));

    assertThat(balance(ada)).isEqualTo(5);
    assertThat(ledger().statement(ada, 2, null).items())
        .extracting(transaction -> transaction.type() + " " + transaction.change())
        .containsExactly("reversal -5", "purchase 10");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_hundred_concurrent_deliveries_of_one_refund_reverse_credits_once() {
    var ada = user(0);
    var sale = sale(ada, 10);

    var outcomes = Race.of(100, _ -> refund(sale, 999));

    assertThat(outcomes).filteredOn(Reversed.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(AlreadyRecorded.class::isInstance).hasSize(99);
    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_grant_and_its_payment_updates_may_arrive_concurrently() {
    var ada = user(0);
    var payment = newPayment();
    var session = newSession();

    var _ =
        Race.of(
            18,
            i ->
                switch (i % 6) {
                  case 0 ->
                      ledger()
                          .grant(
                              ada,
                              SAMPLES.purchase(session, 10),
                              new Charge(payment, Money.usd(999)));
                  case 1 -> ledger().reverse(refunded(payment, 300), SAMPLES.id(), SAMPLES.now());
                  case 2 -> ledger().reverse(refunded(payment, 600), SAMPLES.id(), SAMPLES.now());
                  case 3 ->
                      ledger()
                          .reverse(withdrawn(payment, "dp_1", 999), SAMPLES.id(), SAMPLES.now());
                  case 4 ->
                      ledger()
                          .reverse(reinstated(payment, "dp_1", 999), SAMPLES.id(), SAMPLES.now());
                  default ->
                      ledger()
                          .reverse(withdrawn(payment, "dp_2", 200), SAMPLES.id(), SAMPLES.now());
                });

    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_spending_and_reversals_never_lose_a_credit() {
    var ada = user(0);
    var sales = Stream.generate(() -> sale(ada, 10)).limit(4).toList();

    var _ =
        Race.of(
            24,
            i ->
                switch (i % 3) {
                  case 0 -> start(SAMPLES.order(ada, 3));
                  case 1 -> refund(sales.get(i % 4), 999);
                  default -> ledger().grant(ada, SAMPLES.purchase(newSession(), 1), null);
                });

    Invariants.hold(auditReader(), List.of(ada));
  }
}
