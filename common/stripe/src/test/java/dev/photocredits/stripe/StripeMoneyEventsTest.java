package dev.photocredits.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.MoneyMoved.Reinstated;
import dev.photocredits.credits.MoneyMoved.Withdrawn;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.lambda.Stage;
import dev.photocredits.stripe.PaymentEvent.Moved;
import dev.photocredits.stripe.PaymentEvent.OfAnotherStage;
import dev.photocredits.stripe.PaymentEvent.Other;
import dev.photocredits.stripe.PaymentEvent.Unusable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What events about refunds and disputes tell. */
final class StripeMoneyEventsTest {
  private static final PaymentIntentId PAYMENT = new PaymentIntentId("pi_1");

  /** A charge of which 300 cents have been refunded, its parts to be replaced. */
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

  /** A dispute over the whole charge, its parts to be replaced. */
  private static final String DISPUTE =
      """
      {
        "id": "du_1",
        "object": "dispute",
        "amount": 999,
        "balance_transactions": [{"id": "txn_1", "amount": -999, "fee": 1500, "net": -2499}],
        "charge": "ch_1",
        "currency": "usd",
        "metadata": {},
        "payment_intent": "pi_1",
        "reason": "fraudulent",
        "status": "needs_response"
      }
      """;

  @Test
  void a_refund_tells_of_all_refunds_of_the_charge_together() {
    var event = read("charge.refunded", CHARGE);

    assertThat(event).isEqualTo(moved(new Refunded(PAYMENT, Money.usd(300))));
  }

  @Test
  void a_withdrawal_tells_what_the_bank_took_because_of_which_dispute() {
    var event = read("charge.dispute.funds_withdrawn", DISPUTE);

    assertThat(event).isEqualTo(moved(new Withdrawn(PAYMENT, "du_1", Money.usd(999))));
  }

  @Test
  void a_reinstatement_tells_which_dispute_is_over() {
    var event = read("charge.dispute.funds_reinstated", DISPUTE);

    assertThat(event).isEqualTo(moved(new Reinstated(PAYMENT, "du_1")));
  }

  @ParameterizedTest
  @MethodSource("aboutMoney")
  void a_payment_may_be_expanded(String type, String object) {
    var event =
        read(
            type, object.replace("\"pi_1\"", "{\"id\": \"pi_1\", \"object\": \"payment_intent\"}"));

    assertThat(event).isEqualTo(read(type, object)).isInstanceOf(Moved.class);
  }

  static Stream<String[]> aboutMoney() {
    return Stream.of(
        new String[] {"charge.refunded", CHARGE},
        new String[] {"charge.dispute.funds_withdrawn", DISPUTE},
        new String[] {"charge.dispute.funds_reinstated", DISPUTE});
  }

  @ParameterizedTest
  @CsvSource({"eur, eur", "EUR, usd", "'', usd"})
  void an_amount_is_in_its_own_currency(String said, String currency) {
    var event =
        read(
            "charge.refunded",
            CHARGE.replace("\"currency\": \"usd\"", "\"currency\": \"" + said + "\""));

    assertThat(event).isEqualTo(moved(new Refunded(PAYMENT, new Money(300, currency))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "999", "999999999999"})
  void every_amount_that_stripe_can_move_is_read(long cents) {
    var refunded =
        read(
            "charge.refunded",
            CHARGE.replace("\"amount_refunded\": 300", "\"amount_refunded\": " + cents));
    var withdrawn =
        read(
            "charge.dispute.funds_withdrawn",
            DISPUTE.replace("\"amount\": 999", "\"amount\": " + cents));

    assertThat(refunded).isEqualTo(moved(new Refunded(PAYMENT, Money.usd(cents))));
    assertThat(withdrawn).isEqualTo(moved(new Withdrawn(PAYMENT, "du_1", Money.usd(cents))));
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
  void an_implausible_amount_needs_somebody_to_look(String amount) {
    var refunded =
        read(
            "charge.refunded",
            CHARGE.replace("\"amount_refunded\": 300", "\"amount_refunded\": " + amount));
    var withdrawn =
        read(
            "charge.dispute.funds_withdrawn",
            DISPUTE.replace("\"amount\": 999", "\"amount\": " + amount));

    assertThat(refunded).isEqualTo(unusable("ch_1"));
    assertThat(withdrawn).isEqualTo(unusable("du_1"));
  }

  @Test
  void a_missing_amount_needs_somebody_to_look() {
    var refunded = read("charge.refunded", CHARGE.replace("amount_refunded", "refund"));
    var withdrawn = read("charge.dispute.funds_withdrawn", DISPUTE.replace("\"amount\": 999,", ""));

    assertThat(refunded).isEqualTo(unusable("ch_1"));
    assertThat(withdrawn).isEqualTo(unusable("du_1"));
  }

  @Test
  void a_reinstatement_needs_no_amount() {
    var event = read("charge.dispute.funds_reinstated", DISPUTE.replace("\"amount\": 999,", ""));

    assertThat(event).isEqualTo(moved(new Reinstated(PAYMENT, "du_1")));
  }

  static Stream<String> noIds() {
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
  @MethodSource("noIds")
  void money_of_no_known_payment_needs_somebody_to_look(String id) {
    for (var event : aboutMoney().toList()) {
      var read = read(event[0], event[1].replace("\"pi_1\"", id));

      assertThat(read).as(event[0]).isInstanceOf(Unusable.class);
    }
  }

  @ParameterizedTest
  @MethodSource("noIds")
  void money_of_no_known_dispute_needs_somebody_to_look(String id) {
    var dispute = DISPUTE.replace("\"du_1\"", id);

    assertThat(read("charge.dispute.funds_withdrawn", dispute)).isInstanceOf(Unusable.class);
    assertThat(read("charge.dispute.funds_reinstated", dispute)).isInstanceOf(Unusable.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "{}", "7", "\"ch_1\""})
  void an_event_about_money_without_an_object_needs_somebody_to_look(String object) {
    for (var event : aboutMoney().toList()) {
      assertThat(read(event[0], object)).as(event[0]).isInstanceOf(Unusable.class);
    }
  }

  @Test
  void a_refund_that_failed_needs_somebody_to_look() {
    var event =
        read(
            "refund.failed",
            """
            {"id": "re_1", "object": "refund", "amount": 300, "charge": "ch_1",
             "payment_intent": "pi_1", "status": "failed"}
            """);

    assertThat(event)
        .isEqualTo(new Unusable("evt_1", "a refund failed: the credits of pi_1 stay taken"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "charge.succeeded",
        "charge.refund.updated",
        "charge.dispute.created",
        "charge.dispute.closed",
        "refund.created",
        "refund.updated"
      })
  void what_comes_along_with_them_moves_nothing(String type) {
    assertThat(read(type, CHARGE)).isEqualTo(new Other("evt_1", type));
  }

  private static Moved moved(MoneyMoved money) {
    return new Moved("evt_1", money);
  }

  @Test
  void a_refund_of_a_charge_that_names_another_stage_is_none_of_ours() {
    var charge = CHARGE.replace("\"credits\": \"10\"", "\"stage\": \"production\"");

    assertThat(read("charge.refunded", charge)).isEqualTo(new OfAnotherStage("evt_1"));
    assertThat(read("charge.refunded", charge.replace("production", "development")))
        .isInstanceOf(Moved.class);
  }

  private static Unusable unusable(String object) {
    return new Unusable("evt_1", "no payment or amount in " + object);
  }

  private static PaymentEvent read(String type, String object) {
    try {
      return StripeWebhook.event(
          new ObjectMapper()
              .readTree(
                  """
                  {"id": "evt_1", "object": "event", "type": "%s", "data": {"object": %s}}
                  """
                      .formatted(type, object)),
          new Stage("development"));
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + object, e);
    }
  }
}
