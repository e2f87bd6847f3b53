package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeStripe.Failure;
import dev.photocredits.checks.fakes.StripeEvent;
import dev.photocredits.ledger.Race;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a customer who comes back from Stripe's page is told, whether or not a webhook arrived. */
@ExtendWith(SharedApi.class)
final class CheckoutStatusTest {
  private static final String PAID = "200 {\"status\":\"paid\",\"credits\":10}";
  private static final String UNKNOWN =
      "404 {\"detail\":\"Checkout session not found\","
          + "\"error_code\":\"CHECKOUT_SESSION_NOT_FOUND\"}";

  private final Api api;
  private final String email = Api.somebody();

  CheckoutStatusTest(Api api) {
    this.api = api;
  }

  @ParameterizedTest
  @CsvSource({
    "open, unpaid, , open",
    "complete, unpaid, processing, pending",
    "complete, unpaid, requires_action, pending",
    "complete, unpaid, requires_payment_method, expired",
    "expired, unpaid, , expired"
  })
  void a_session_without_its_money_is_told_and_grants_nothing(
      String status, String paymentStatus, @Nullable String payment, String told) {
    var session = opens("starter");
    api.stripe.isNow(session, status, paymentStatus, payment);

    var answer = poll(session);

    assertThat(answer.said()).isEqualTo("200 {\"status\":\"" + told + "\",\"credits\":10}");
    assertThat(api.balance(email)).isZero();
    assertThat(api.statement(email)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"starter, 10", "pro, 50", "business, 150"})
  void a_paid_session_has_granted_its_pack_when_it_is_told_though_no_webhook_arrived(
      String pack, int credits) {
    var session = opens(pack);
    api.stripe.pays(session);

    var answer = poll(session);

    assertThat(answer.said()).isEqualTo("200 {\"status\":\"paid\",\"credits\":" + credits + "}");
    assertThat(api.balance(email)).isEqualTo(credits);
    assertThat(api.statement(email)).containsExactly("purchase " + credits);
    assertThat(api.entries(email).getFirst().path("payment_id").asText()).isEqualTo(session);
  }

  @Test
  void a_session_that_needs_no_payment_is_paid() {
    var session = opens("starter");
    api.stripe.isNow(session, "complete", "no_payment_required", null);
    api.stripe.session(session, json -> json.put("amount_total", 0));

    assertThat(poll(session).said()).isEqualTo(PAID);
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void a_webhook_that_comes_later_changes_nothing() {
    var session = opens("starter");
    api.stripe.pays(session);
    assertThat(poll(session).said()).isEqualTo(PAID);

    api.buys(email, session);

    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_webhook_that_came_before_has_granted_it_all() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.buys(email, session);

    assertThat(poll(session).said()).isEqualTo(PAID);

    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_session_that_is_asked_for_twenty_times_at_once_is_granted_once() {
    var session = opens("starter");
    api.stripe.pays(session);

    var answers = Race.of(20, _ -> poll(session));

    assertThat(answers).extracting(Answer::said).containsOnly(PAID);
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_refund_of_what_was_granted_without_a_webhook_takes_it_back() {
    var session = opens("starter");
    api.stripe.pays(session);
    assertThat(poll(session).said()).isEqualTo(PAID);

    api.hears(StripeEvent.refunded("pi_" + session, 300));

    assertThat(api.balance(email)).isEqualTo(7);
    assertThat(poll(session).said()).isEqualTo(PAID);
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void what_was_refunded_and_disputed_before_it_was_heard_of_is_not_granted() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.stripe.isReturned(session, 300, true);
    var dispute = StripeEvent.newDispute();
    api.stripe.has(StripeEvent.dispute("pi_" + session, dispute, 400, -400));

    assertThat(poll(session).said()).isEqualTo(PAID);

    assertThat(api.balance(email)).isEqualTo(3);
    assertThat(api.statement(email)).containsExactly("reversal -7", "purchase 10");
    api.hears(StripeEvent.refunded("pi_" + session, 300));
    api.hears(StripeEvent.withdrawn("pi_" + session, dispute, 400));
    assertThat(api.balance(email)).isEqualTo(3);
  }

  @Test
  void a_webhook_that_is_days_late_grants_what_is_left_by_now() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.stripe.isReturned(session, 300, false);

    api.hears(late(session));

    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void a_webhook_that_is_late_is_sent_again_while_stripe_tells_nothing() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.stripe.isReturned(session, 999, false);

    api.stripe.fails(Failure.of(503, "api_error", "busy"));
    var down = api.webhook(late(session));
    api.stripe.works();
    var up = api.webhook(late(session));

    assertThat(down.refusal()).isEqualTo("503 TEMPORARILY_UNAVAILABLE");
    assertThat(up.status()).isEqualTo(200);
    assertThat(api.balance(email)).isZero();
  }

  @Test
  void a_webhook_that_is_late_for_a_session_that_was_granted_asks_stripe_nothing() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.buys(email, session);
    api.stripe.fails(Failure.of(503, "api_error", "busy"));

    api.hears(late(session));

    assertThat(api.balance(email)).isEqualTo(10);
  }

  /** Told for the first time two days ago. */
  private StripeEvent late(String session) {
    var then = Instant.now().minus(Duration.ofDays(2)).getEpochSecond();
    return StripeEvent.completed(session, email, "starter")
        .event(event -> event.put("created", then));
  }

  @Test
  void a_session_that_stripe_does_not_know_is_not_found() {
    assertThat(poll("cs_test_nobody").said()).isEqualTo(UNKNOWN);
    assertThat(api.stripe.calls("/v1/checkout/sessions/cs_test_nobody")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "%20",
        "...",
        "cs_",
        "cs_1%3Fexpand",
        "%7BCHECKOUT_SESSION_ID%7D",
        "pi_1"
      })
  void what_cannot_be_a_session_is_not_found_without_asking(String id) {
    var nothing = Failure.of(500, "api_error", "internal");
    api.stripe.fails(nothing);

    assertThat(poll(id).said()).isEqualTo(UNKNOWN);
  }

  @Test
  void a_session_of_another_shop_in_the_same_account_is_not_found() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.stripe.session(session, json -> json.putObject("metadata").put("order", "7"));

    assertThat(poll(session).said()).isEqualTo(UNKNOWN);
    assertThat(api.balance(email)).isZero();
  }

  @Test
  void while_stripe_is_down_nobody_is_told_that_nothing_was_charged() {
    var session = opens("starter");
    api.stripe.pays(session);

    api.stripe.fails(Failure.of(503, "api_error", "busy"));
    var down = poll(session);
    api.stripe.works();
    var up = poll(session);

    assertThat(down.said())
        .isEqualTo(
            "500 {\"detail\":\"Payment processing failed: the payment provider does not tell how far"
                + " the payment is.\",\"error_code\":\"PAYMENT_PROCESSING_FAILED\"}");
    assertThat(up.said()).isEqualTo(PAID);
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void head_is_answered_as_get_without_a_body() {
    var session = opens("starter");

    var answer =
        api.send(api.request("/api/checkout/" + session).method("HEAD", BodyPublishers.noBody()));

    assertThat(answer.said()).isEqualTo("200 ");
    assertThat(answer.header("content-type")).isEqualTo("application/json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE"})
  void no_other_method_is_allowed(String method) {
    var answer =
        api.send(api.request("/api/checkout/cs_1").method(method, BodyPublishers.noBody()));

    assertThat(answer.refusal()).isEqualTo("405 METHOD_NOT_ALLOWED");
    assertThat(answer.header("allow")).isEqualTo("GET, HEAD");
  }

  private String opens(String pack) {
    var answer =
        api.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"" + pack + "\"}");
    assertThat(answer.status()).isEqualTo(200);
    return answer.json().path("session_id").asText();
  }

  private Answer poll(String session) {
    return api.get("/api/checkout/" + session);
  }
}
