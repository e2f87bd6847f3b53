package dev.photocredits.credits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.OpenReversals.Open;
import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the transactions of a journal, and which parts of the account must be unchanged when it is
 * written.
 */
final class JournalTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
  private static final Instant TOMORROW = NOON.plus(Duration.ofDays(1));
  private static final SessionId SESSION = new SessionId("cs_1");
  private static final SessionId OTHER = new SessionId("cs_2");
  private static final TransactionId ID = id(1000);
  private static final GenerationId GENERATION = new GenerationId(new UUID(0, 1));
  private static final Purchase TEN =
      new Purchase(ID, SESSION, credits(10), Money.usd(999), "Purchase: Starter Pack", NOON);

  // Dependencies

  @Test
  void a_purchase_depends_on_the_open_reversals_only() {
    var journal = Journal.grant(Standing.PLAIN, TEN, null);

    assertThat(journal.dependsOnReversals()).isTrue();
    assertThat(journal.dependsOnLots()).isFalse();
    assertThat(journal.dependsOnBalance()).isFalse();
  }

  @Test
  void a_purchase_that_is_reversed_at_once_depends_on_nothing() {
    var id = new PaymentIntentId("pi_1");
    var refunded =
        Payment.unknown(id)
            .updatedBy(new PaymentUpdate.RefundTotal(id, TEN.paid()))
            .granted(Grant.of(new Email("ada@example.com"), TEN, new Charge(id, TEN.paid())));

    var journal = Journal.grant(Standing.PLAIN, TEN, refunded);

    assertThat(journal.transactions()).extracting(Transaction::change).containsExactly(10, -10);
    assertThat(journal.dependsOnReversals()).isFalse();
    assertThat(journal.dependsOnLots()).isFalse();
    assertThat(journal.dependsOnBalance()).isFalse();
  }

  @Test
  void a_hold_without_lots_depends_on_the_lots_only() {
    var journal = Journal.hold(standing(9, Lots.NONE), usage(3));

    assertThat(journal.dependsOnLots()).isTrue();
    assertThat(journal.dependsOnReversals()).isFalse();
    assertThat(journal.dependsOnBalance()).isFalse();
  }

  @Test
  void a_hold_that_spends_lots_depends_on_the_balance() {
    var journal = Journal.hold(standing(9, lots(2, TOMORROW)), usage(3));

    assertThat(journal.dependsOnBalance()).isTrue();
  }

  @Test
  void a_reversal_depends_on_the_balance_if_it_leaves_a_debt() {
    var covered = Journal.reverse(standing(5, Lots.NONE), SESSION, 5, ID, NOON);
    var owing = Journal.reverse(standing(4, Lots.NONE), SESSION, 5, ID, NOON);

    assertThat(covered.dependsOnBalance()).isFalse();
    assertThat(owing.dependsOnBalance()).isTrue();
    assertThat(owing.dependsOnReversals()).isTrue();
  }

  // Transactions

  @Test
  void a_reversal_without_available_credits_is_owed_and_fills_no_lots() {
    var journal = Journal.reverse(Standing.PLAIN, SESSION, 5, ID, NOON);

    var reversal = journal.transactions().getFirst();
    assertThat(reversal.change()).isZero();
    assertThat(reversal.owed()).isEqualTo(5);
    assertThat(reversal.fillsLots()).isFalse();
  }

  @Test
  void a_reversal_of_zero_credits_is_rejected() {
    assertThatThrownBy(() -> Journal.reverse(standing(5, Lots.NONE), SESSION, 0, ID, NOON))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "39, 39", "40, 40", "41, 41", "42, 41", "60, 41"})
  void forty_lots_expire_in_a_transaction_each_and_further_lots_share_one(
      int lots, int transactions) {
    var journal = Journal.expire(standing(lots, ones(lots)), ID, NOON).orElseThrow();

    assertThat(journal.transactions()).hasSize(transactions);
    assertThat(journal.credits()).isEqualTo(-lots);
    assertThat(journal.lots()).isEqualTo(Lots.NONE);
  }

  @Test
  void released_credits_settle_debts_one_after_another_with_expiring_credits_last() {
    var inDebt =
        new OpenReversals(
            Map.of(
                SESSION, new Open(credits(5), Lots.NONE), OTHER, new Open(credits(5), Lots.NONE)));
    var expiring = lots(7, TOMORROW);
    var refund = new Refund(ID, GENERATION, credits(10), "Refund", NOON, Lots.NONE);

    var journal =
        Journal.release(
            new Standing(Credits.NONE, Lots.NONE, inDebt), refund, usage(10).of(expiring));

    assertThat(journal.credits()).isZero();
    assertThat(journal.reversals().of(SESSION))
        .isEqualTo(new Open(Credits.NONE, lots(2, TOMORROW)));
    assertThat(journal.reversals().of(OTHER)).isEqualTo(new Open(Credits.NONE, lots(5, TOMORROW)));
  }

  private static Usage usage(int price) {
    return new Usage(ID, GENERATION, credits(price), "Image generation", NOON, Lots.NONE);
  }

  private static Standing standing(int credits, Lots lots) {
    return new Standing(credits(credits), lots, OpenReversals.NONE);
  }

  private static Lots lots(int credits, Instant expiresAt) {
    return Lots.of(new Lot(id(1), credits(credits), expiresAt));
  }

  /** Expired lots of one credit each. */
  private static Lots ones(int count) {
    return new Lots(
        IntStream.range(0, count).mapToObj(i -> new Lot(id(i), credits(1), NOON)).toList());
  }

  private static TransactionId id(int number) {
    return new TransactionId(new UUID(0, number));
  }

  private static Credits credits(int value) {
    return new Credits(value);
  }
}
