package dev.photocredits.credits;

import static dev.photocredits.credits.RefundState.Status.FAILED;
import static dev.photocredits.credits.RefundState.Status.PENDING;
import static dev.photocredits.credits.RefundState.Status.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.RefundState.Status;
import dev.photocredits.ledger.Samples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a payment's news are worth in credits. */
final class PaymentTest {
  private static final PaymentIntentId ID = new PaymentIntentId("pi_1");
  private static final Grant STARTER = grant(10, 999);

  private final Payment granted = Payment.unheardOf(ID).granting(STARTER);

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
  void credits_are_taken_back_in_proportion_rounded_down_and_never_more_than_were_granted(
      int credits, long charged, long refunded, int taken) {
    var payment = Payment.unheardOf(ID).granting(grant(credits, charged));

    var after = payment.hearing(refunded(refunded));

    assertThat(after.reversed()).isEqualTo(new Credits(taken));
  }

  @Test
  void refunds_that_follow_one_another_round_once() {
    var after = granted.hearing(refunded(99)).hearing(refunded(198)).hearing(refunded(297));

    assertThat(after.reversed()).isEqualTo(new Credits(2));
  }

  @Test
  void news_that_are_known_change_nothing_at_all() {
    var after =
        granted
            .hearing(refunded(500))
            .hearing(refund("re_1", 200, FAILED))
            .hearing(disputed("du_1", 300, 300, 100));

    assertThat(after.hearing(refunded(500))).isSameAs(after);
    assertThat(after.hearing(refunded(499))).isSameAs(after);
    assertThat(after.hearing(refunded(0))).isSameAs(after);
    assertThat(after.hearing(refund("re_1", 200, FAILED))).isSameAs(after);
    assertThat(after.hearing(refund("re_1", 200, SUCCEEDED))).isSameAs(after);
    assertThat(after.hearing(disputed("du_1", 300, 300, 100))).isSameAs(after);
    assertThat(after.hearing(disputed("du_1", 300, 300, 0))).isSameAs(after);
  }

  @Test
  void every_change_is_another_version() {
    var unheardOf = Payment.unheardOf(ID);

    var heard = unheardOf.hearing(refunded(1)).granting(STARTER).hearing(refunded(2));
    var moved = heard.movedTo(new Email("grace@example.com"));
    var mended = moved.mended(STARTER, new Credits(1));

    assertThat(unheardOf.version()).isZero();
    assertThat(heard.version()).isEqualTo(3);
    assertThat(moved.version()).isEqualTo(4);
    assertThat(mended.version()).isEqualTo(5);
  }

  // Disputes

  @Test
  void a_dispute_reverses_what_was_withdrawn_until_it_is_returned() {
    var withdrawn = granted.hearing(disputed("du_1", 999, 999, 0));
    var returned = withdrawn.hearing(disputed("du_1", 999, 999, 999));

    assertThat(withdrawn.reversed()).isEqualTo(new Credits(10));
    assertThat(returned.reversed()).isEqualTo(Credits.NONE);
  }

  @Test
  void an_older_state_of_a_dispute_that_comes_late_changes_nothing() {
    var after =
        granted.hearing(disputed("du_1", 999, 999, 999)).hearing(disputed("du_1", 999, 999, 0));

    assertThat(after.reversed()).isEqualTo(Credits.NONE);
  }

  /** Half was refunded, all was disputed, and the bank returned the half that was refunded. */
  @Test
  void a_dispute_that_returns_only_what_was_refunded_gives_back_nothing() {
    var refunded = granted.hearing(refunded(500));
    var withdrawn = refunded.hearing(disputed("du_1", 999, 999, 0));
    var partiallyWon = withdrawn.hearing(disputed("du_1", 999, 999, 500));

    assertThat(refunded.reversed()).isEqualTo(new Credits(5));
    assertThat(withdrawn.reversed()).isEqualTo(new Credits(10));
    assertThat(partiallyWon.reversed()).isEqualTo(new Credits(10));
  }

  @Test
  void a_dispute_that_is_partially_won_gives_back_only_that_part() {
    var after =
        granted.hearing(disputed("du_1", 999, 999, 0)).hearing(disputed("du_1", 999, 999, 400));

    assertThat(after.reversed()).isEqualTo(new Credits(5));
  }

  @Test
  void a_second_withdrawal_of_the_same_dispute_counts() {
    var returned = granted.hearing(disputed("du_1", 999, 999, 999));
    var again = returned.hearing(disputed("du_1", 999, 1998, 999));

    assertThat(again.reversed()).isEqualTo(new Credits(10));
  }

  /**
   * Withdrawn at 0.8509 and returned at 0.8008 euros a dollar, as far as money of the bank came.
   */
  @ParameterizedTest
  @CsvSource({"850, 0, 10", "850, 425, 5", "850, 800, 0", "850, 680, 2", "1700, 850, 10"})
  void what_counts_is_the_share_of_the_first_withdrawal_whatever_the_currency_of_the_settlement(
      long withdrawn, long returned, int credits) {
    var state = new DisputeState(Money.usd(999), 850, withdrawn, returned);

    var after = granted.hearing(new MoneyMoved.Dispute(ID, new DisputeId("du_1"), state));

    assertThat(after.reversed()).isEqualTo(new Credits(credits));
  }

  @Test
  void a_dispute_that_withdrew_nothing_yet_reverses_nothing() {
    var after = granted.hearing(disputed("du_1", 999, 0, 0));

    assertThat(after.reversed()).isEqualTo(Credits.NONE);
  }

  @Test
  void a_return_leaves_refunds_and_other_disputes_alone() {
    var after =
        granted
            .hearing(refunded(200))
            .hearing(disputed("du_1", 300, 300, 0))
            .hearing(disputed("du_2", 400, 400, 400));

    assertThat(after.reversed()).isEqualTo(new Credits(5));
  }

  @Test
  void money_that_was_refunded_and_withdrawn_is_reversed_once() {
    var after = granted.hearing(refunded(999)).hearing(disputed("du_1", 999, 999, 0));

    assertThat(after.reversed()).isEqualTo(new Credits(10));
    assertThat(after.hearing(disputed("du_1", 999, 999, 999)).reversed())
        .isEqualTo(new Credits(10));
  }

  // Refunds

  @ParameterizedTest
  @EnumSource(
      value = Status.class,
      names = {"PENDING", "SUCCEEDED"})
  void a_refund_reverses_its_share_while_it_stands(Status status) {
    var after = granted.hearing(refund("re_1", 500, status));

    assertThat(after.reversed()).isEqualTo(new Credits(5));
  }

  @Test
  void a_refund_that_failed_returns_its_credits_and_a_new_one_reverses_them_once() {
    var failed = granted.hearing(refund("re_1", 500, PENDING)).hearing(refund("re_1", 500, FAILED));
    var again = failed.hearing(refund("re_2", 500, PENDING));
    var done = again.hearing(refund("re_2", 500, SUCCEEDED));

    assertThat(failed.reversed()).isEqualTo(Credits.NONE);
    assertThat(again.reversed()).isEqualTo(new Credits(5));
    assertThat(done.reversed()).isEqualTo(new Credits(5));
  }

  @Test
  void the_sum_of_the_refunds_never_revives_one_that_failed() {
    var failed = granted.hearing(refunded(500)).hearing(refund("re_1", 500, FAILED));

    assertThat(failed.reversed()).isEqualTo(Credits.NONE);
    assertThat(failed.hearing(refunded(500)).reversed()).isEqualTo(Credits.NONE);
    assertThat(failed.hearing(refund("re_2", 300, SUCCEEDED)).hearing(refunded(300)).reversed())
        .isEqualTo(new Credits(3));
  }

  @Test
  void the_sum_of_the_refunds_counts_those_that_are_not_known_by_themselves() {
    var after = granted.hearing(refund("re_1", 300, SUCCEEDED)).hearing(refunded(500));

    assertThat(after.reversed()).isEqualTo(new Credits(5));
    assertThat(after.hearing(refund("re_2", 200, SUCCEEDED)).reversed()).isEqualTo(new Credits(5));
  }

  // Currencies

  @Test
  void money_in_another_currency_than_the_customer_paid_in_counts_for_nothing() {
    var euros = new Money(999, "eur");
    var refund = new MoneyMoved.Refund(ID, new RefundId("re_1"), new RefundState(euros, SUCCEEDED));
    var dispute =
        new MoneyMoved.Dispute(ID, new DisputeId("du_1"), new DisputeState(euros, 999, 999, 0));
    var total = new MoneyMoved.Refunded(ID, euros);

    for (var news : List.of(refund, dispute, total)) {
      var before = Payment.unheardOf(ID).hearing(news);

      assertThat(granted.isForeign(news)).isTrue();
      assertThat(before.isForeign(news)).isFalse();
      assertThat(before.granting(STARTER).reversed()).isEqualTo(Credits.NONE);
      assertThat(before.granting(STARTER).knowsForeignMoney()).isTrue();
    }
    assertThat(granted.hearing(refunded(500)).knowsForeignMoney()).isFalse();
  }

  @Test
  void news_before_the_grant_are_kept_for_it() {
    var heard = Payment.unheardOf(ID).hearing(refunded(300));

    assertThat(heard.reversed()).isEqualTo(Credits.NONE);
    assertThat(heard.granting(STARTER).reversed()).isEqualTo(new Credits(3));
  }

  @Test
  void a_payment_grants_once() {
    assertThatThrownBy(() -> granted.granting(STARTER)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void the_order_and_the_number_of_the_news_do_not_matter() {
    var news =
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
      var chance = new Random(seed);
      var told = new ArrayList<>(news);
      for (var repeat = chance.nextInt(8); repeat > 0; repeat--) {
        told.add(news.get(chance.nextInt(news.size())));
      }
      Collections.shuffle(told, chance);
      var grantAt = chance.nextInt(told.size() + 1);

      var payment = Payment.unheardOf(ID);
      for (var i = 0; i < told.size(); i++) {
        payment = (i == grantAt ? payment.granting(STARTER) : payment).hearing(told.get(i));
      }
      if (grantAt == told.size()) {
        payment = payment.granting(STARTER);
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

  private static MoneyMoved refunded(long cents) {
    return new MoneyMoved.Refunded(ID, Money.usd(cents));
  }

  private static MoneyMoved refund(String id, long cents, Status status) {
    return new MoneyMoved.Refund(ID, new RefundId(id), new RefundState(Money.usd(cents), status));
  }

  private static MoneyMoved disputed(String id, long cents, long withdrawn, long returned) {
    return Samples.disputed(ID, id, cents, withdrawn, returned);
  }
}
