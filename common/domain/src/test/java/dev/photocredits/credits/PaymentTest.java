package dev.photocredits.credits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.MoneyMoved.Reinstated;
import dev.photocredits.credits.MoneyMoved.Withdrawn;
import dev.photocredits.credits.Payment.Grant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        granted.hearing(refunded(500)).hearing(withdrawn("du_1", 300)).hearing(back("du_2"));

    assertThat(after.hearing(refunded(500))).isSameAs(after);
    assertThat(after.hearing(refunded(499))).isSameAs(after);
    assertThat(after.hearing(refunded(0))).isSameAs(after);
    assertThat(after.hearing(withdrawn("du_1", 300))).isSameAs(after);
    assertThat(after.hearing(withdrawn("du_1", 299))).isSameAs(after);
    assertThat(after.hearing(back("du_2"))).isSameAs(after);
  }

  @Test
  void every_change_is_another_version() {
    var unheardOf = Payment.unheardOf(ID);

    var after = unheardOf.hearing(refunded(1)).granting(STARTER).hearing(refunded(2));

    assertThat(unheardOf.version()).isZero();
    assertThat(after.version()).isEqualTo(3);
  }

  @Test
  void a_dispute_takes_what_it_withdrew_until_it_is_reinstated() {
    var withdrawn = granted.hearing(withdrawn("du_1", 999));
    var reinstated = withdrawn.hearing(back("du_1"));

    assertThat(withdrawn.reversed()).isEqualTo(new Credits(10));
    assertThat(reinstated.reversed()).isEqualTo(Credits.NONE);
  }

  @Test
  void a_withdrawal_that_is_heard_of_after_its_reinstatement_takes_nothing() {
    var after = granted.hearing(back("du_1")).hearing(withdrawn("du_1", 999));

    assertThat(after.reversed()).isEqualTo(Credits.NONE);
  }

  @Test
  void a_reinstatement_leaves_refunds_and_other_disputes_alone() {
    var after =
        granted
            .hearing(refunded(200))
            .hearing(withdrawn("du_1", 300))
            .hearing(withdrawn("du_2", 400))
            .hearing(back("du_2"));

    assertThat(after.reversed()).isEqualTo(new Credits(5));
  }

  @Test
  void money_that_was_refunded_and_withdrawn_is_taken_back_once() {
    var after = granted.hearing(refunded(999)).hearing(withdrawn("du_1", 999));

    assertThat(after.reversed()).isEqualTo(new Credits(10));
    assertThat(after.hearing(back("du_1")).reversed()).isEqualTo(new Credits(10));
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
            withdrawn("du_1", 300),
            withdrawn("du_1", 200),
            withdrawn("du_2", 250),
            back("du_1"));
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
      assertThat(payment.refunded()).as("seed %s", seed).isEqualTo(350);
    }
  }

  private static Grant grant(int credits, long charged) {
    return new Grant(
        new Email("ada@example.com"), new SessionId("cs_1"), new Credits(credits), charged);
  }

  private static MoneyMoved refunded(long cents) {
    return new Refunded(ID, Money.usd(cents));
  }

  private static MoneyMoved withdrawn(String dispute, long cents) {
    return new Withdrawn(ID, dispute, Money.usd(cents));
  }

  private static MoneyMoved back(String dispute) {
    return new Reinstated(ID, dispute);
  }
}
