package dev.photocredits.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.RefundState;
import dev.photocredits.lambda.Stage;
import dev.photocredits.stripe.WebhookResult.DisputeChanged;
import dev.photocredits.stripe.WebhookResult.MoneyReturned;
import dev.photocredits.stripe.WebhookResult.OfAnotherStage;
import dev.photocredits.stripe.WebhookResult.Other;
import dev.photocredits.stripe.WebhookResult.Unusable;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How events about refunds and disputes are read. */
final class StripeMoneyEventsTest {
  private static final PaymentIntentId PAYMENT = new PaymentIntentId("pi_1");

  /** A charge of which 300 cents have been refunded; tests replace parts of it. */
  private static final String CHARGE =
      """
      {
        "id": "ch_1",
        "object": "charge",
        "amount": 999,
        "amount_captured": 999,
        "amount_refunded": 300,
        "currency": "usd",
        "disputed": false,
        "metadata": {"user_email": "ada@example.com", "package": "starter", "credits": "10"},
        "paid": true,
        "payment_intent": "pi_1",
        "refunded": false,
        "status": "succeeded"
      }
      """;

  /** A dispute over the whole charge; tests replace parts of it. */
  private static final String DISPUTE =
      """
      {
        "id": "du_1",
        "object": "dispute",
        "amount": 999,
        "balance_transactions":
            [{"id": "txn_1", "amount": -999, "currency": "usd", "fee": 1500, "net": -2499}],
        "charge": "ch_1",
        "currency": "usd",
        "metadata": {},
        "payment_intent": "pi_1",
        "reason": "fraudulent",
        "status": "needs_response"
      }
      """;

  private static final String REFUND =
      """
      {
        "id": "re_1",
        "object": "refund",
        "amount": 300,
        "charge": "ch_1",
        "currency": "usd",
        "metadata": {},
        "payment_intent": "pi_1",
        "status": "succeeded"
      }
      """;

  private static final List<String> DISPUTES =
      List.of(
          "charge.dispute.funds_withdrawn",
          "charge.dispute.funds_reinstated",
          "charge.dispute.closed");

  @Test
  void a_charge_refunded_event_reports_the_total_of_all_refunds() {
    var event = read("charge.refunded", CHARGE);

    assertThat(event).isEqualTo(moved(new RefundTotal(PAYMENT, Money.usd(300))));
  }

  @ParameterizedTest
  @CsvSource({
    "pending, PENDING",
    "requires_action, PENDING",
    "succeeded, SUCCEEDED",
    "failed, FAILED",
    "canceled, FAILED",
    "a_new_one, PENDING"
  })
  void a_refund_event_reports_the_state_of_the_refund(String status, RefundState.Status known) {
    var refund = REFUND.replace("succeeded", status);

    for (var type : List.of("refund.created", "refund.updated", "refund.failed")) {
      assertThat(read(type, refund))
          .isEqualTo(
              moved(
                  new PaymentUpdate.RefundUpdate(
                      PAYMENT, new RefundId("re_1"), new RefundState(Money.usd(300), known))));
    }
  }

  @Test
  void a_withdrawal_event_reports_the_withdrawn_amount_without_the_fee() {
    var event = read("charge.dispute.funds_withdrawn", DISPUTE);

    assertThat(event).isEqualTo(dispute(999, 999, 999, 0));
  }

  /** The dispute is in dollars but settled in euros: the first withdrawal is the whole amount. */
  @Test
  void a_dispute_event_reports_the_sums_of_all_withdrawals_and_returns() {
    var transactions =
        transactions(
            "{\"amount\": -850, \"currency\": \"eur\", \"fee\": 1500, \"net\": -2350}",
            "{\"amount\": 400, \"currency\": \"eur\", \"fee\": 0, \"net\": 400}",
            "{\"amount\": -420, \"currency\": \"eur\", \"fee\": 0, \"net\": -420}");

    for (var type : DISPUTES) {
      assertThat(read(type, with(transactions))).isEqualTo(dispute(999, 850, 1270, 400));
    }
  }

  @Test
  void a_won_dispute_counts_as_fully_returned_despite_exchange_rates() {
    var won =
        with(transactions(
                "{\"amount\": -850, \"currency\": \"eur\"}",
                "{\"amount\": 801, \"currency\": \"eur\"}"))
            .replace("needs_response", "won");

    assertThat(read("charge.dispute.funds_reinstated", won)).isEqualTo(dispute(999, 850, 850, 850));
  }

  @Test
  void a_dispute_may_be_closed_before_money_was_withdrawn() {
    var closed = with(transactions()).replace("needs_response", "warning_closed");

    assertThat(read("charge.dispute.closed", closed)).isEqualTo(dispute(999, 0, 0, 0));
  }

  static Stream<String> unreadableAmounts() {
    return Stream.of(
        with("null"),
        with("{}"),
        with("[\"txn_1\"]"),
        with(transactions("{\"amount\": \"-999\", \"currency\": \"usd\"}")),
        with(transactions("{\"amount\": -9.99, \"currency\": \"usd\"}")),
        with(transactions("{\"amount\": -1000000000000, \"currency\": \"usd\"}")),
        with(
            transactions(
                "{\"amount\": -850, \"currency\": \"eur\"}",
                "{\"amount\": 850, \"currency\": \"usd\"}")),
        DISPUTE.replace("\"amount\": 999,", ""),
        DISPUTE.replace("\"currency\": \"usd\",", ""),
        DISPUTE.replace("balance_transactions", "transactions"));
  }

  @ParameterizedTest
  @MethodSource("unreadableAmounts")
  void a_dispute_with_unreadable_amounts_has_to_be_looked_up(String dispute) {
    for (var type : DISPUTES) {
      assertThat(read(type, dispute)).isEqualTo(new DisputeChanged("evt_1", new DisputeId("du_1")));
    }
  }

  @Test
  void a_dispute_whose_funds_moved_without_a_listed_withdrawal_has_to_be_looked_up() {
    for (var type : DISPUTES.subList(0, 2)) {
      assertThat(read(type, with(transactions()))).isInstanceOf(DisputeChanged.class);
    }
  }

  @ParameterizedTest
  @MethodSource("aboutMoney")
  void a_payment_may_be_expanded(String type, String object) {
    var event =
        read(
            type, object.replace("\"pi_1\"", "{\"id\": \"pi_1\", \"object\": \"payment_intent\"}"));

    assertThat(event).isEqualTo(read(type, object)).isInstanceOf(MoneyReturned.class);
  }

  static Stream<String[]> aboutMoney() {
    return Stream.of(
        new String[] {"charge.refunded", CHARGE},
        new String[] {"charge.dispute.funds_withdrawn", DISPUTE},
        new String[] {"charge.dispute.funds_reinstated", DISPUTE},
        new String[] {"charge.dispute.closed", DISPUTE},
        new String[] {"refund.created", REFUND},
        new String[] {"refund.updated", REFUND},
        new String[] {"refund.failed", REFUND});
  }

  @Test
  void an_amount_is_in_its_own_currency() {
    var euros = CHARGE.replace("\"currency\": \"usd\"", "\"currency\": \"eur\"");

    assertThat(read("charge.refunded", euros))
        .isEqualTo(moved(new RefundTotal(PAYMENT, new Money(300, "eur"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"EUR\"", "\"\"", "\"euro\"", "null", "7"})
  void an_amount_without_a_currency_needs_an_operator(String currency) {
    var charge = CHARGE.replace("\"currency\": \"usd\"", "\"currency\": " + currency);
    var refund = REFUND.replace("\"currency\": \"usd\"", "\"currency\": " + currency);

    assertThat(read("charge.refunded", charge)).isEqualTo(unusable("ch_1"));
    assertThat(read("refund.created", refund)).isEqualTo(unusable("re_1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "999", "999999999999"})
  void every_amount_that_stripe_allows_is_read(long cents) {
    var refunded =
        read(
            "charge.refunded",
            CHARGE.replace("\"amount_refunded\": 300", "\"amount_refunded\": " + cents));
    var withdrawn =
        read(
            "charge.dispute.funds_withdrawn",
            DISPUTE.replace("\"amount\": 999", "\"amount\": " + cents));

    assertThat(refunded).isEqualTo(moved(new RefundTotal(PAYMENT, Money.usd(cents))));
    assertThat(withdrawn).isEqualTo(dispute(cents, 999, 999, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "1000000000000",
        "99900000000000000000000000",
        "3.00",
        "1e2",
        "\"300\"",
        "null",
        "[300]",
        "{}",
        "true"
      })
  void an_invalid_amount_needs_an_operator_or_a_lookup(String amount) {
    var refunded =
        read(
            "charge.refunded",
            CHARGE.replace("\"amount_refunded\": 300", "\"amount_refunded\": " + amount));
    var withdrawn =
        read(
            "charge.dispute.funds_withdrawn",
            DISPUTE.replace("\"amount\": 999", "\"amount\": " + amount));

    assertThat(refunded).isEqualTo(unusable("ch_1"));
    assertThat(withdrawn).isInstanceOf(DisputeChanged.class);
  }

  @Test
  void a_missing_amount_needs_an_operator() {
    var refunded = read("charge.refunded", CHARGE.replace("amount_refunded", "refund"));

    assertThat(refunded).isEqualTo(unusable("ch_1"));
  }

  static Stream<String> invalidIds() {
    return Stream.of(
        "null",
        "\"\"",
        "\" \"",
        "7",
        "true",
        "[]",
        "{}",
        "\"pi 1\"",
        "\"" + "p".repeat(256) + "\"");
  }

  @ParameterizedTest
  @MethodSource("invalidIds")
  void an_event_about_money_with_an_invalid_payment_id_needs_an_operator(String id) {
    for (var event : aboutMoney().toList()) {
      var read = read(event[0], event[1].replace("\"pi_1\"", id));

      assertThat(read).as(event[0]).isInstanceOf(Unusable.class);
    }
  }

  @ParameterizedTest
  @MethodSource("invalidIds")
  void a_dispute_event_with_an_invalid_dispute_id_needs_an_operator(String id) {
    var dispute = DISPUTE.replace("\"du_1\"", id);

    assertThat(read("charge.dispute.funds_withdrawn", dispute)).isInstanceOf(Unusable.class);
    assertThat(read("charge.dispute.funds_reinstated", dispute)).isInstanceOf(Unusable.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "{}", "7", "\"ch_1\""})
  void an_event_about_money_without_an_object_needs_an_operator(String object) {
    for (var event : aboutMoney().toList()) {
      assertThat(read(event[0], object)).as(event[0]).isInstanceOf(Unusable.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"charge.succeeded", "charge.refund.updated", "charge.dispute.created"})
  void other_events_about_charges_are_ignored(String type) {
    assertThat(read(type, CHARGE)).isEqualTo(new Other("evt_1", type));
  }

  private static MoneyReturned dispute(long disputed, long first, long withdrawn, long returned) {
    return moved(
        new PaymentUpdate.DisputeUpdate(
            PAYMENT,
            new DisputeId("du_1"),
            new DisputeState(Money.usd(disputed), first, withdrawn, returned)));
  }

  /** The dispute with other balance transactions. */
  private static String with(String transactions) {
    return DISPUTE.replaceFirst("\\[\\{\"id\": \"txn_1\".*?\\]", transactions);
  }

  private static String transactions(String... transactions) {
    return "[" + String.join(", ", transactions) + "]";
  }

  private static MoneyReturned moved(PaymentUpdate update) {
    return new MoneyReturned("evt_1", update);
  }

  @Test
  void a_refund_of_a_charge_of_another_stage_is_ignored() {
    var charge = CHARGE.replace("\"credits\": \"10\"", "\"stage\": \"production\"");

    assertThat(read("charge.refunded", charge)).isEqualTo(new OfAnotherStage("evt_1"));
    assertThat(read("charge.refunded", charge.replace("production", "development")))
        .isInstanceOf(MoneyReturned.class);
  }

  private static Unusable unusable(String object) {
    return new Unusable("evt_1", "no payment, amount or currency in " + object);
  }

  private static WebhookResult read(String type, String object) {
    return StripeWebhook.event(
        StripeJson.parse(
            """
            {"id": "evt_1", "object": "event", "type": "%s", "data": {"object": %s}}
            """
                .formatted(type, object)),
        new Ownership(new Stage("development"), Optional.empty()));
  }
}
