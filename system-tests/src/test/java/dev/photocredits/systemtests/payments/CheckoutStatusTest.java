package dev.photocredits.systemtests.payments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.ledger.Race;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.SharedApi;
import dev.photocredits.systemtests.fakes.FakeStripe.Failure;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The status of a checkout session when the customer returns, with or without a webhook. */
@ExtendWith(SharedApi.class)
final class CheckoutStatusTest {
  private static final String PAID = "200 {\"status\":\"paid\",\"credits\":10}";
  private static final String UNKNOWN =
      "404 {\"detail\":\"Checkout session not found\","
          + "\"error_code\":\"CHECKOUT_SESSION_NOT_FOUND\"}";

  private final Api api;
  private final String email = Api.newEmail();

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
  void an_unpaid_session_reports_its_status_and_grants_nothing(
      String status, String paymentStatus, @Nullable String payment, String expected) {
    var session = opens("starter");
    api.stripe.isNow(session, status, paymentStatus, payment);

    var response = poll(session);

    assertThat(response.text()).isEqualTo("200 {\"status\":\"" + expected + "\",\"credits\":10}");
    assertThat(api.balance(email)).isZero();
    assertThat(api.statement(email)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"starter, 10", "pro, 50", "business, 150"})
  void a_paid_session_grants_its_pack_without_a_webhook(String pack, int credits) {
    var session = opens(pack);
    api.stripe.pays(session);

    var response = poll(session);

    assertThat(response.text()).isEqualTo("200 {\"status\":\"paid\",\"credits\":" + credits + "}");
    assertThat(api.balance(email)).isEqualTo(credits);
    assertThat(api.statement(email)).containsExactly("purchase " + credits);
    assertThat(api.transactions(email).getFirst().path("payment_id").asText()).isEqualTo(session);
  }

  @Test
  void a_session_that_needs_no_payment_is_paid() {
    var session = opens("starter");
    api.stripe.isNow(session, "complete", "no_payment_required", null);
    api.stripe.session(session, json -> json.put("amount_total", 0));

    assertThat(poll(session).text()).isEqualTo(PAID);
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void a_later_webhook_changes_nothing() {
    var session = opens("starter");
    api.stripe.pays(session);
    assertThat(poll(session).text()).isEqualTo(PAID);

    api.buys(email, session);

    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_session_that_a_webhook_granted_is_not_granted_again() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.buys(email, session);

    assertThat(poll(session).text()).isEqualTo(PAID);

    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void twenty_concurrent_requests_for_a_session_grant_it_once() {
    var session = opens("starter");
    api.stripe.pays(session);

    var responses = Race.of(20, _ -> poll(session));

    assertThat(responses).extracting(ApiResponse::text).containsOnly(PAID);
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_refund_reverses_credits_that_were_granted_without_a_webhook() {
    var session = opens("starter");
    api.stripe.pays(session);
    assertThat(poll(session).text()).isEqualTo(PAID);

    api.receives(StripeEvent.refunded("pi_" + session, 300));

    assertThat(api.balance(email)).isEqualTo(7);
    assertThat(poll(session).text()).isEqualTo(PAID);
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void refunds_and_disputes_before_the_grant_reduce_it() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.stripe.isReturned(session, 300, true);
    var dispute = StripeEvent.newDispute();
    api.stripe.has(StripeEvent.dispute("pi_" + session, dispute, 400, -400));

    assertThat(poll(session).text()).isEqualTo(PAID);

    assertThat(api.balance(email)).isEqualTo(3);
    assertThat(api.statement(email)).containsExactly("reversal -7", "purchase 10");
    api.receives(StripeEvent.refunded("pi_" + session, 300));
    api.receives(StripeEvent.withdrawn("pi_" + session, dispute, 400));
    assertThat(api.balance(email)).isEqualTo(3);
  }

  @Test
  void a_webhook_that_is_days_late_grants_what_was_not_refunded() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.stripe.isReturned(session, 300, false);

    api.receives(late(session));

    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void a_late_webhook_is_rejected_while_stripe_does_not_answer() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.stripe.isReturned(session, 999, false);

    api.stripe.fails(Failure.of(503, "api_error", "busy"));
    var down = api.webhook(late(session));
    api.stripe.works();
    var up = api.webhook(late(session));

    assertThat(down.error()).isEqualTo("503 TEMPORARILY_UNAVAILABLE");
    assertThat(up.status()).isEqualTo(200);
    assertThat(api.balance(email)).isZero();
  }

  @Test
  void a_late_webhook_for_a_granted_session_does_not_call_stripe() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.buys(email, session);
    api.stripe.fails(Failure.of(503, "api_error", "busy"));

    api.receives(late(session));

    assertThat(api.balance(email)).isEqualTo(10);
  }

  /** An event that Stripe first sent two days ago. */
  private StripeEvent late(String session) {
    var then = Instant.now().minus(Duration.ofDays(2)).getEpochSecond();
    return StripeEvent.completed(session, email, "starter")
        .event(event -> event.put("created", then));
  }

  @Test
  void a_session_that_is_unknown_to_stripe_is_not_found() {
    assertThat(poll("cs_test_unknown").text()).isEqualTo(UNKNOWN);
    assertThat(api.stripe.calls("/v1/checkout/sessions/cs_test_unknown")).hasSize(1);
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
  void a_malformed_session_id_is_not_found_without_calling_stripe(String id) {
    var nothing = Failure.of(500, "api_error", "internal");
    api.stripe.fails(nothing);

    assertThat(poll(id).text()).isEqualTo(UNKNOWN);
  }

  @Test
  void a_session_of_another_shop_in_the_same_account_is_not_found() {
    var session = opens("starter");
    api.stripe.pays(session);
    api.stripe.session(session, json -> json.putObject("metadata").put("order", "7"));

    assertThat(poll(session).text()).isEqualTo(UNKNOWN);
    assertThat(api.balance(email)).isZero();
  }

  @Test
  void during_an_outage_of_stripe_the_error_does_not_claim_that_nothing_was_charged() {
    var session = opens("starter");
    api.stripe.pays(session);

    api.stripe.fails(Failure.of(503, "api_error", "busy"));
    var down = poll(session);
    api.stripe.works();
    var up = poll(session);

    assertThat(down.text())
        .isEqualTo(
            "500 {\"detail\":\"Payment processing failed: the payment provider did not report the"
                + " payment's state.\",\"error_code\":\"PAYMENT_PROCESSING_FAILED\"}");
    assertThat(up.text()).isEqualTo(PAID);
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void head_returns_the_response_of_get_without_a_body() {
    var session = opens("starter");

    var response =
        api.send(api.request("/api/checkout/" + session).method("HEAD", BodyPublishers.noBody()));

    assertThat(response.text()).isEqualTo("200 ");
    assertThat(response.header("content-type")).isEqualTo("application/json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE"})
  void no_other_method_is_allowed(String method) {
    var response =
        api.send(api.request("/api/checkout/cs_1").method(method, BodyPublishers.noBody()));

    assertThat(response.error()).isEqualTo("405 METHOD_NOT_ALLOWED");
    assertThat(response.header("allow")).isEqualTo("GET, HEAD");
  }

  private String opens(String pack) {
    var response =
        api.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"" + pack + "\"}");
    assertThat(response.status()).isEqualTo(200);
    return response.json().path("session_id").asText();
  }

  private ApiResponse poll(String session) {
    return api.get("/api/checkout/" + session);
  }
}
