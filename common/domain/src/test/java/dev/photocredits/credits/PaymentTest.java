package dev.photocredits.credits;

import static dev.photocredits.credits.RefundState.Status.FAILED;
import static dev.photocredits.credits.RefundState.Status.PENDING;
import static dev.photocredits.credits.RefundState.Status.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.RefundState.Status;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Credits;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import dev.photocredits.values.SessionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests how many credits the updates of a payment reverse. */
final class PaymentTest {
  private static final PaymentIntentId ID = new PaymentIntentId("pi_1");
  private static final Grant STARTER = grant(10, 999);

  private final Payment granted = Payment.unknown(ID).granted(STARTER);

  @ParameterizedTest
  @CsvSource({
    "10, 999, 0, 0",
    "10, 999, 1, 0",
    "10, 999, 99, 0",
    "10, 999, 100, 1",
    "10, 999, 300, 3",
    "10, 999, 499, 4",
    "10, 999, 500, 5",
    "10, 999, 998, 9",
    "10, 999, 999, 10",
    "10, 999, 1000, 10",
    "10, 999, 999999999999, 10",
    "150, 9999, 66, 0",
    "150, 9999, 67, 1",
    "150, 9999, 9998, 149",
    "10, 1, 1, 10",
    "10, 1189, 999, 8",
    "150, 999999999999, 999999999998, 149"
  })
  void a_refund_reverses_credits_in_proportion_rounded_down_and_at_most_those_granted(
      int credits, long charged, long refunded, int reversed) {
    var payment = Payment.unknown(ID).granted(grant(credits, charged));

    var after = payment.updatedBy(refunded(refunded));

    assertThat(after.reversed()).isEqualTo(new Credits(reversed));
  }

  @Test
  void successive_refunds_are_rounded_once() {
    var after = granted.updatedBy(refunded(99)).updatedBy(refunded(198)).updatedBy(refunded(297));

    assertThat(after.reversed()).isEqualTo(new Credits(2));
  }

  @Test
  void known_updates_return_the_same_instance() {
    var after =
        granted
            .updatedBy(refunded(500))
            .updatedBy(refund("re_1", 200, FAILED))
            .updatedBy(disputed("du_1", 300, 300, 100));

    assertThat(after.updatedBy(refunded(500))).isSameAs(after);
    assertThat(after.updatedBy(refunded(499))).isSameAs(after);
    assertThat(after.updatedBy(refunded(0))).isSameAs(after);
    assertThat(after.updatedBy(refund("re_1", 200, FAILED))).isSameAs(after);
    assertThat(after.updatedBy(refund("re_1", 200, SUCCEEDED))).isSameAs(after);
    assertThat(after.updatedBy(disputed("du_1", 300, 300, 100))).isSameAs(after);
    assertThat(after.updatedBy(disputed("du_1", 300, 300, 0))).isSameAs(after);
  }

  @Test
  void every_change_increments_the_version() {
    var unknown = Payment.unknown(ID);

    var updated = unknown.updatedBy(refunded(1)).granted(STARTER).updatedBy(refunded(2));
    var moved = updated.movedTo(new Email("grace@example.com"));
    var repaired = moved.repaired(STARTER, new Credits(1));

    assertThat(unknown.version()).isZero();
    assertThat(updated.version()).isEqualTo(3);
    assertThat(moved.version()).isEqualTo(4);
    assertThat(repaired.version()).isEqualTo(5);
  }

  // Disputes

  @Test
  void a_dispute_reverses_credits_until_the_money_is_returned() {
    var withdrawn = granted.updatedBy(disputed("du_1", 999, 999, 0));
    var returned = withdrawn.updatedBy(disputed("du_1", 999, 999, 999));

    assertThat(withdrawn.reversed()).isEqualTo(new Credits(10));
    assertThat(returned.reversed()).isEqualTo(Credits.NONE);
  }

  @Test
  void an_outdated_state_of_a_dispute_changes_nothing() {
    var after =
        granted.updatedBy(disputed("du_1", 999, 999, 999)).updatedBy(disputed("du_1", 999, 999, 0));

    assertThat(after.reversed()).isEqualTo(Credits.NONE);
  }

  /** Half is refunded, everything is disputed, and the bank returns the half that was refunded. */
  @Test
  void a_dispute_that_returns_only_the_refunded_part_restores_nothing() {
    var refunded = granted.updatedBy(refunded(500));
    var withdrawn = refunded.updatedBy(disputed("du_1", 999, 999, 0));
    var partiallyWon = withdrawn.updatedBy(disputed("du_1", 999, 999, 500));

    assertThat(refunded.reversed()).isEqualTo(new Credits(5));
    assertThat(withdrawn.reversed()).isEqualTo(new Credits(10));
    assertThat(partiallyWon.reversed()).isEqualTo(new Credits(10));
  }

  @Test
  void a_partially_won_dispute_restores_only_that_part() {
    var after =
        granted.updatedBy(disputed("du_1", 999, 999, 0)).updatedBy(disputed("du_1", 999, 999, 400));

    assertThat(after.reversed()).isEqualTo(new Credits(5));
  }

  @Test
  void a_second_withdrawal_of_the_same_dispute_counts() {
    var returned = granted.updatedBy(disputed("du_1", 999, 999, 999));
    var again = returned.updatedBy(disputed("du_1", 999, 1998, 999));

    assertThat(again.reversed()).isEqualTo(new Credits(10));
  }

  /**
   * The settlement currency is the euro: the withdrawal is converted at 0.8509 euros per dollar,
   * and a full return at 0.8008.
   */
  @ParameterizedTest
  @CsvSource({"850, 0, 10", "850, 425, 5", "850, 800, 0", "850, 680, 2", "1700, 850, 10"})
  void the_share_of_the_first_withdrawal_counts_whatever_the_settlement_currency(
      long withdrawn, long returned, int credits) {
    var state = new DisputeState(Money.usd(999), 850, withdrawn, returned);

    var after =
        granted.updatedBy(new PaymentUpdate.DisputeUpdate(ID, new DisputeId("du_1"), state));

    assertThat(after.reversed()).isEqualTo(new Credits(credits));
  }

  @Test
  void a_dispute_that_has_withdrawn_nothing_reverses_nothing() {
    var after = granted.updatedBy(disputed("du_1", 999, 0, 0));

    assertThat(after.reversed()).isEqualTo(Credits.NONE);
  }

  @Test
  void winning_a_dispute_does_not_affect_refunds_and_other_disputes() {
    var after =
        granted
            .updatedBy(refunded(200))
            .updatedBy(disputed("du_1", 300, 300, 0))
            .updatedBy(disputed("du_2", 400, 400, 400));

    assertThat(after.reversed()).isEqualTo(new Credits(5));
  }

  @Test
  void money_both_refunded_and_withdrawn_is_reversed_once() {
    var after = granted.updatedBy(refunded(999)).updatedBy(disputed("du_1", 999, 999, 0));

    assertThat(after.reversed()).isEqualTo(new Credits(10));
    assertThat(after.updatedBy(disputed("du_1", 999, 999, 999)).reversed())
        .isEqualTo(new Credits(10));
  }

  // Refunds

  @ParameterizedTest
  @EnumSource(
      value = Status.class,
      names = {"PENDING", "SUCCEEDED"})
  void a_pending_or_succeeded_refund_reverses_its_share(Status status) {
    var after = granted.updatedBy(refund("re_1", 500, status));

    assertThat(after.reversed()).isEqualTo(new Credits(5));
  }

  @Test
  void a_failed_refund_restores_its_credits_and_a_new_one_reverses_them_once() {
    var failed =
        granted.updatedBy(refund("re_1", 500, PENDING)).updatedBy(refund("re_1", 500, FAILED));
    var again = failed.updatedBy(refund("re_2", 500, PENDING));
    var done = again.updatedBy(refund("re_2", 500, SUCCEEDED));

    assertThat(failed.reversed()).isEqualTo(Credits.NONE);
    assertThat(again.reversed()).isEqualTo(new Credits(5));
    assertThat(done.reversed()).isEqualTo(new Credits(5));
  }

  @Test
  void the_refunded_total_does_not_revive_a_failed_refund() {
    var failed = granted.updatedBy(refunded(500)).updatedBy(refund("re_1", 500, FAILED));

    assertThat(failed.reversed()).isEqualTo(Credits.NONE);
    assertThat(failed.updatedBy(refunded(500)).reversed()).isEqualTo(Credits.NONE);
    assertThat(failed.updatedBy(refund("re_2", 300, SUCCEEDED)).updatedBy(refunded(300)).reversed())
        .isEqualTo(new Credits(3));
  }

  @Test
  void the_refunded_total_includes_refunds_that_are_not_known_individually() {
    var after = granted.updatedBy(refund("re_1", 300, SUCCEEDED)).updatedBy(refunded(500));

    assertThat(after.reversed()).isEqualTo(new Credits(5));
    assertThat(after.updatedBy(refund("re_2", 200, SUCCEEDED)).reversed())
        .isEqualTo(new Credits(5));
  }

  // Currencies

  @Test
  void updates_in_another_currency_than_the_charge_reverse_nothing() {
    var euros = new Money(999, "eur");
    var refund =
        new PaymentUpdate.RefundUpdate(ID, new RefundId("re_1"), new RefundState(euros, SUCCEEDED));
    var dispute =
        new PaymentUpdate.DisputeUpdate(
            ID, new DisputeId("du_1"), new DisputeState(euros, 999, 999, 0));
    var total = new PaymentUpdate.RefundTotal(ID, euros);

    for (var update : List.of(refund, dispute, total)) {
      var before = Payment.unknown(ID).updatedBy(update);

      assertThat(granted.isForeign(update)).isTrue();
      assertThat(before.isForeign(update)).isFalse();
      assertThat(before.granted(STARTER).reversed()).isEqualTo(Credits.NONE);
      assertThat(before.granted(STARTER).hasOtherCurrency()).isTrue();
    }
    assertThat(granted.updatedBy(refunded(500)).hasOtherCurrency()).isFalse();
  }

  @Test
  void updates_before_the_grant_apply_with_the_grant() {
    var updated = Payment.unknown(ID).updatedBy(refunded(300));

    assertThat(updated.reversed()).isEqualTo(Credits.NONE);
    assertThat(updated.granted(STARTER).reversed()).isEqualTo(new Credits(3));
  }

  @Test
  void a_payment_grants_once() {
    assertThatThrownBy(() -> granted.granted(STARTER)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void the_order_and_repetition_of_updates_do_not_matter() {
    var updates =
        List.of(
            refunded(99),
            refunded(100),
            refunded(350),
            refund("re_1", 100, PENDING),
            refund("re_1", 100, SUCCEEDED),
            refund("re_2", 250, SUCCEEDED),
            refund("re_3", 400, PENDING),
            refund("re_3", 400, FAILED),
            disputed("du_1", 300, 300, 0),
            disputed("du_1", 300, 300, 300),
            disputed("du_2", 500, 500, 0),
            disputed("du_2", 500, 500, 250));
    for (var seed = 0; seed < 2_000; seed++) {
      var random = new Random(seed);
      var delivered = new ArrayList<>(updates);
      for (var repeat = random.nextInt(8); repeat > 0; repeat--) {
        delivered.add(updates.get(random.nextInt(updates.size())));
      }
      Collections.shuffle(delivered, random);
      var grantAt = random.nextInt(delivered.size() + 1);

      var payment = Payment.unknown(ID);
      for (var i = 0; i < delivered.size(); i++) {
        payment = (i == grantAt ? payment.granted(STARTER) : payment).updatedBy(delivered.get(i));
      }
      if (grantAt == delivered.size()) {
        payment = payment.granted(STARTER);
      }

      assertThat(payment.reversed()).as("seed %s", seed).isEqualTo(new Credits(6));
    }
  }

  private static Grant grant(int credits, long charged) {
    return new Grant(
        new Email("ada@example.com"),
        new SessionId("cs_1"),
        new Credits(credits),
        Money.usd(charged));
  }

  private static PaymentUpdate refunded(long cents) {
    return new PaymentUpdate.RefundTotal(ID, Money.usd(cents));
  }

  private static PaymentUpdate refund(String id, long cents, Status status) {
    return new PaymentUpdate.RefundUpdate(
        ID, new RefundId(id), new RefundState(Money.usd(cents), status));
  }

  private static PaymentUpdate disputed(String id, long cents, long withdrawn, long returned) {
    return Samples.disputed(ID, id, cents, withdrawn, returned);
  }
}
