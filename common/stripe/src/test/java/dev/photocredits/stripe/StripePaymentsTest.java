package dev.photocredits.stripe;

import static dev.photocredits.lambda.ScriptedServer.closing;
import static dev.photocredits.lambda.ScriptedServer.hanging;
import static dev.photocredits.stripe.FakeStripe.answering;
import static dev.photocredits.stripe.FakeStripe.customer;
import static dev.photocredits.stripe.FakeStripe.error;
import static dev.photocredits.stripe.FakeStripe.json;
import static dev.photocredits.stripe.FakeStripe.replayed;
import static dev.photocredits.stripe.FakeStripe.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.checkout.CheckoutSession;
import dev.photocredits.checkout.Payments.AttemptFailed;
import dev.photocredits.checkout.Payments.CustomerCreated;
import dev.photocredits.checkout.Payments.CustomerDeleted;
import dev.photocredits.checkout.Payments.SessionOpened;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.ScriptedServer.Answer;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.Sale;
import dev.photocredits.stripe.FakeStripe.Call;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The real {@link StripePayments} over real HTTP, against a server with scripted failures. */
final class StripePaymentsTest {
  static final String KEY = "sk_test_" + "51Secret";

  private static final Email ADA = new Email("ada@example.com");
  private static final CustomerId ADAS = new CustomerId("cus_ada");
  private static final UUID ATTEMPT = UUID.fromString("019ab3c4-0000-7000-8000-000000000001");
  private static final URI FRONTEND = URI.create("https://photos.example/app");
  private static final URI PAGE = URI.create("https://checkout.example/c/pay/cs_1#fid");
  private static final SessionOpened OPENED =
      new SessionOpened(new CheckoutSession(new SessionId("cs_1"), PAGE));
  private static final Answer CUSTOMER = customer("cus_1");
  private static final Answer SESSION = session("cs_1", PAGE.toString());

  @Test
  void a_customer_has_the_users_address() {
    try (var stripe = answering(CUSTOMER)) {

      var customer = payments(stripe).createCustomer(ADA, ATTEMPT);

      assertThat(customer).isEqualTo(new CustomerCreated(new CustomerId("cus_1")));
      var call = stripe.calls().getFirst();
      assertThat(call.method()).isEqualTo("POST");
      assertThat(call.path()).isEqualTo("/v1/customers");
      assertThat(call.authorization()).hasValue("Bearer " + KEY);
      assertThat(call.fields()).isEqualTo(Map.of("email", "ada@example.com"));
    }
  }

  @Test
  void repeated_attempts_to_create_a_customer_use_the_same_idempotency_key() {
    try (var stripe = answering(CUSTOMER)) {

      var _ = payments(stripe).createCustomer(ADA, ATTEMPT);
      var _ = payments(stripe).createCustomer(ADA, ATTEMPT);

      assertThat(stripe.calls())
          .extracting(Call::idempotencyKey)
          .containsExactly(Optional.of("customer-" + ATTEMPT), Optional.of("customer-" + ATTEMPT));
    }
  }

  static Stream<Answer> storedFailures() {
    return Stream.of(
        replayed(error(500, "api_error", "internal")),
        replayed(error(400, "invalid_request_error", "parameter_missing")),
        error(400, "idempotency_error", "none"));
  }

  @ParameterizedTest
  @MethodSource("storedFailures")
  void a_failure_that_stripe_would_repeat_spends_the_attempt(Answer failure) {
    try (var stripe = answering(failure)) {
      var payments = payments(stripe);

      assertThat(payments.createCustomer(ADA, ATTEMPT)).isEqualTo(new AttemptFailed());
      assertThat(payments.openSession(order(CreditPackage.PRO), ADAS))
          .isEqualTo(new AttemptFailed());
    }
  }

  @Test
  void a_failure_that_is_replayed_to_a_retry_of_the_library_spends_the_attempt() {
    var failure = error(500, "api_error", "internal");
    try (var stripe = answering(failure, replayed(failure))) {

      var session = payments(stripe).openSession(order(CreditPackage.PRO), ADAS);

      assertThat(session).isEqualTo(new AttemptFailed());
      assertThat(stripe.calls()).hasSize(3);
    }
  }

  @Test
  void an_attempt_whose_idempotency_key_is_in_use_is_not_spent() {
    try (var stripe = answering(error(409, "idempotency_error", "idempotency_key_in_use"))) {
      var payments = payments(stripe);

      var thrown = unavailable(() -> payments.openSession(order(CreditPackage.PRO), ADAS));

      assertThat(thrown).hasMessageContaining("status 409");
    }
  }

  @Test
  void no_session_is_opened_for_a_deleted_customer() {
    var missing =
        json(
            400,
            """
            {"error": {"type": "invalid_request_error", "code": "resource_missing",
                       "param": "customer", "message": "No such customer: 'cus_ada'"}}""");
    try (var stripe = answering(missing, replayed(missing))) {
      var payments = payments(stripe);

      assertThat(payments.openSession(order(CreditPackage.PRO), ADAS))
          .isEqualTo(new CustomerDeleted());
      assertThat(payments.openSession(order(CreditPackage.PRO), ADAS))
          .isEqualTo(new CustomerDeleted());
    }
  }

  @Test
  void a_missing_resource_other_than_the_customer_is_unavailable() {
    try (var stripe = answering(error(400, "invalid_request_error", "resource_missing"))) {
      var payments = payments(stripe);

      var thrown = unavailable(() -> payments.openSession(order(CreditPackage.PRO), ADAS));

      assertThat(thrown).hasMessageContaining("resource_missing");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "STARTER, Starter Pack, 999, 10, starter",
    "PRO, Pro Pack, 3999, 50, pro",
    "BUSINESS, Business Pack, 9999, 150, business"
  })
  void a_session_has_exactly_the_fields_of_the_contract(
      CreditPackage pack, String name, String cents, String credits, String key) {
    try (var stripe = answering(SESSION)) {

      var session = payments(stripe).openSession(order(pack), ADAS);

      assertThat(session).isEqualTo(OPENED);
      var call = stripe.calls().getFirst();
      assertThat(call.method()).isEqualTo("POST");
      assertThat(call.path()).isEqualTo("/v1/checkout/sessions");
      assertThat(call.fields())
          .containsExactlyInAnyOrderEntriesOf(
              Map.ofEntries(
                  Map.entry("mode", "payment"),
                  Map.entry("customer", "cus_ada"),
                  Map.entry("client_reference_id", ATTEMPT.toString()),
                  Map.entry("adaptive_pricing[enabled]", "false"),
                  Map.entry("line_items[0][quantity]", "1"),
                  Map.entry("line_items[0][price_data][currency]", "usd"),
                  Map.entry("line_items[0][price_data][unit_amount]", cents),
                  Map.entry("line_items[0][price_data][product_data][name]", name),
                  Map.entry(
                      "line_items[0][price_data][product_data][description]",
                      credits + " credits for AI photo generation"),
                  Map.entry(
                      "success_url",
                      "https://photos.example/app?payment=success"
                          + "&session_id={CHECKOUT_SESSION_ID}"),
                  Map.entry("cancel_url", "https://photos.example/app?payment=cancelled"),
                  Map.entry("metadata[user_email]", "ada@example.com"),
                  Map.entry("metadata[package]", key),
                  Map.entry("metadata[credits]", credits),
                  Map.entry("metadata[purchase_order]", ATTEMPT.toString()),
                  Map.entry("metadata[stage]", "production"),
                  Map.entry("payment_intent_data[metadata][user_email]", "ada@example.com"),
                  Map.entry("payment_intent_data[metadata][package]", key),
                  Map.entry("payment_intent_data[metadata][credits]", credits),
                  Map.entry("payment_intent_data[metadata][purchase_order]", ATTEMPT.toString()),
                  Map.entry("payment_intent_data[metadata][stage]", "production")));
    }
  }

  @Test
  void customers_may_pay_in_their_own_currency_if_the_setting_allows_it() {
    try (var stripe = answering(SESSION)) {
      var payments = payments(stripe.url(), Map.of("STRIPE_ADAPTIVE_PRICING", "true"));

      var _ = payments.openSession(order(CreditPackage.PRO), ADAS);

      assertThat(stripe.calls().getFirst().fields())
          .containsEntry("adaptive_pricing[enabled]", "true");
    }
  }

  @Test
  void repeated_attempts_to_open_a_session_use_the_same_idempotency_key() {
    try (var stripe = answering(SESSION)) {

      var _ = payments(stripe).openSession(order(CreditPackage.PRO), ADAS);
      var _ = payments(stripe).openSession(order(CreditPackage.PRO), ADAS);

      assertThat(stripe.calls())
          .extracting(Call::idempotencyKey)
          .containsOnly(Optional.of("checkout-" + ATTEMPT + "-cus_ada"));
    }
  }

  @Test
  void two_sessions_of_one_user_have_different_idempotency_keys() {
    try (var stripe = answering(SESSION)) {

      var first = payments(stripe).openSession(order(UUID.randomUUID(), CreditPackage.PRO), ADAS);
      var second = payments(stripe).openSession(order(UUID.randomUUID(), CreditPackage.PRO), ADAS);

      assertThat(first).isEqualTo(second);
      assertThat(stripe.calls().stream().map(Call::idempotencyKey).distinct()).hasSize(2);
    }
  }

  @Test
  void a_trailing_slash_of_the_api_base_is_ignored() {
    try (var stripe = answering(CUSTOMER)) {
      var payments = payments(URI.create(stripe.url() + "/"), Map.of());

      var customer = payments.createCustomer(ADA, ATTEMPT);

      assertThat(customer).isEqualTo(new CustomerCreated(new CustomerId("cus_1")));
      assertThat(stripe.calls().getFirst().path()).isEqualTo("/v1/customers");
    }
  }

  static Stream<Answer> transientFailures() {
    return Stream.of(
        error(500, "api_error", "internal"),
        error(503, "api_error", "busy"),
        error(409, "idempotency_error", "lock_timeout"),
        closing());
  }

  @ParameterizedTest
  @MethodSource("transientFailures")
  void a_transient_failure_is_retried_with_the_same_idempotency_key(Answer failure) {
    try (var stripe = answering(failure, SESSION)) {

      var session = payments(stripe).openSession(order(CreditPackage.STARTER), ADAS);

      assertThat(session).isEqualTo(OPENED);
      assertThat(stripe.calls()).hasSize(2);
      assertThat(stripe.calls().stream().map(Call::idempotencyKey).distinct()).hasSize(1);
      assertThat(stripe.calls().getFirst().idempotencyKey()).isPresent();
    }
  }

  @Test
  void creating_a_customer_is_retried_with_the_same_idempotency_key() {
    try (var stripe = answering(error(500, "api_error", "internal"), CUSTOMER)) {

      var customer = payments(stripe).createCustomer(ADA, ATTEMPT);

      assertThat(customer).isEqualTo(new CustomerCreated(new CustomerId("cus_1")));
      assertThat(stripe.calls()).hasSize(2);
      assertThat(stripe.calls().stream().map(Call::idempotencyKey).distinct()).hasSize(1);
    }
  }

  @Test
  void a_server_that_keeps_failing_is_called_three_times() {
    try (var stripe = answering(error(500, "api_error", "internal"))) {
      var payments = payments(stripe);

      var thrown = unavailable(() -> payments.openSession(order(CreditPackage.STARTER), ADAS));

      assertThat(thrown).hasMessageContaining("status 500").hasMessageContaining("req_1");
      assertThat(stripe.calls()).hasSize(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "402, card_error, card_declined",
    "400, invalid_request_error, parameter_missing",
    "401, invalid_request_error, api_key_expired",
    "403, invalid_request_error, forbidden",
    "429, rate_limit_error, rate_limit"
  })
  void a_refusal_is_not_retried_and_its_error_contains_neither_key_nor_address(
      int status, String type, String code) {
    try (var stripe = answering(error(status, type, code))) {
      var payments = payments(stripe);

      var thrown = unavailable(() -> payments.createCustomer(ADA, ATTEMPT));

      assertThat(thrown).hasMessageContaining("status " + status).hasMessageContaining(code);
      assertThat(thrown.getMessage()).doesNotContain(KEY, "sk_test", "ada", "@");
      assertThat(stripe.calls()).hasSize(1);
    }
  }

  static Stream<Answer> invalidResponses() {
    return Stream.of(
        json(200, ""),
        json(200, "not JSON"),
        json(200, "[]"),
        json(200, "{}"),
        json(200, "{\"object\": \"checkout.session\", \"id\": \"cs_1\"}"),
        json(
            200,
            "{\"object\": \"checkout.session\", \"id\": \"\", \"url\": \"https://x.example\"}"),
        json(200, "{\"object\": \"checkout.session\", \"id\": \"cs_1\", \"url\": \"no url\"}"),
        json(400, "not JSON"));
  }

  @ParameterizedTest
  @MethodSource("invalidResponses")
  void an_invalid_response_is_unavailable(Answer answer) {
    try (var stripe = answering(answer)) {
      var payments = payments(stripe);

      var session = unavailable(() -> payments.openSession(order(CreditPackage.STARTER), ADAS));

      assertThat(session.getMessage()).doesNotContain(KEY, "ada", "@");
    }
  }

  @Test
  void a_customer_without_an_id_is_unavailable() {
    try (var stripe = answering(json(200, "{\"object\": \"customer\"}"))) {
      var payments = payments(stripe);

      var thrown = unavailable(() -> payments.createCustomer(ADA, ATTEMPT));

      assertThat(thrown.getMessage()).doesNotContain(KEY, "ada", "@");
    }
  }

  private static PurchaseOrder order(CreditPackage pack) {
    return order(ATTEMPT, pack);
  }

  private static PurchaseOrder order(UUID id, CreditPackage pack) {
    var sale = new Sale(pack.title(), pack.credits(), pack.price());
    return new PurchaseOrder(
        new PurchaseOrderId(id), ADA, pack.key(), sale, "production", Instant.EPOCH, null);
  }

  @Test
  void a_call_of_a_server_that_hangs_times_out() {
    try (var stripe = answering(hanging())) {
      var payments = StripePayments.open(KEY, stripe.url(), FRONTEND, Duration.ofSeconds(1));
      var started = System.nanoTime();

      var thrown = unavailable(() -> payments.createCustomer(ADA, ATTEMPT));

      assertThat(thrown).hasMessage("Stripe took too long to create a customer");
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isBetween(Duration.ofMillis(900), Duration.ofMillis(2_500));
      assertThat(stripe.calls()).hasSize(1);
    }
  }

  @Test
  void a_call_of_a_server_that_fails_slowly_times_out_in_the_same_time() {
    Answer slowly =
        exchange -> {
          sleep(Duration.ofMillis(600));
          error(500, "api_error", "internal").to(exchange);
        };
    try (var stripe = answering(slowly)) {
      var payments = StripePayments.open(KEY, stripe.url(), FRONTEND, Duration.ofSeconds(1));
      var started = System.nanoTime();

      var thrown = unavailable(() -> payments.createCustomer(ADA, ATTEMPT));

      assertThat(thrown).hasMessage("Stripe took too long to create a customer");
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isLessThan(Duration.ofMillis(2_500));
    }
  }

  @Test
  void a_server_that_refuses_connections_is_unavailable() {
    var stripe = answering(CUSTOMER);
    stripe.close();
    var payments = payments(stripe);

    var thrown = unavailable(() -> payments.createCustomer(ADA, ATTEMPT));

    assertThat(thrown.getMessage()).doesNotContain(KEY, "ada", "@");
  }

  private static StripePayments payments(FakeStripe stripe) {
    return payments(stripe.url(), Map.of());
  }

  private static StripePayments payments(URI apiBase, Map<String, String> more) {
    var settings = new HashMap<>(more);
    settings.put("STRIPE_SECRET_KEY", KEY);
    settings.put("STRIPE_API_BASE", apiBase.toString());
    settings.put("FRONTEND_URL", FRONTEND.toString());
    return StripePayments.of(new Environment(settings));
  }

  private static PaymentsUnavailable unavailable(ThrowingCallable call) {
    return catchThrowableOfType(PaymentsUnavailable.class, call);
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
