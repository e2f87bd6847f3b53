package dev.photocredits.systemtests.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.lambda.TestInvocation;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stages that share a Stripe account stay separate, and only production accepts live keys. */
@TestInstance(Lifecycle.PER_CLASS)
final class StagesTest {
  private final Api api =
      Api.start(Map.of("ENVIRONMENT", "staging", "SWEEP_INTERVAL_SECONDS", "86400"));
  private final String email = Api.newEmail();

  @BeforeEach
  void reset() {
    api.stripe.works();
  }

  @AfterAll
  void stop() {
    api.close();
  }

  @Test
  void a_session_contains_its_stage_in_addition_to_the_metadata_of_the_contract() {
    var _ = opens(email);

    assertThat(api.stripe.calls("/v1/checkout/sessions").getLast().form())
        .containsEntry("metadata[stage]", "staging")
        .containsEntry("payment_intent_data[metadata][stage]", "staging")
        .containsEntry("metadata[user_email]", email)
        .containsEntry("metadata[package]", "pro")
        .containsEntry("metadata[credits]", "50");
  }

  @Test
  void sessions_of_this_stage_or_without_a_stage_are_granted() {
    var buyer = Api.newEmail();

    assertThat(api.webhook(paid(buyer).metadata("stage", "staging")).status()).isEqualTo(200);
    assertThat(api.balance(buyer)).isEqualTo(50);
    assertThat(api.webhook(paid(buyer)).status()).isEqualTo(200);
    assertThat(api.webhook(paid(buyer).metadata("stage", "")).status()).isEqualTo(200);

    assertThat(api.balance(buyer)).isEqualTo(150);
  }

  @Test
  void a_session_of_another_stage_is_acknowledged_and_not_granted() {
    var buyer = Api.newEmail();
    var before = api.stored();

    var response = api.webhook(paid(buyer).metadata("stage", "production"));

    assertThat(response.text()).isEqualTo("200 {\"status\":\"success\"}");
    assertThat(api.stored()).isEqualTo(before);
  }

  @Test
  void a_refund_of_another_stage_writes_nothing() {
    var before = api.stored();

    var response =
        api.webhook(
            StripeEvent.refunded(StripeEvent.newPayment(), 3999).metadata("stage", "production"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(api.stored()).isEqualTo(before);
  }

  @Test
  void a_paid_session_of_another_stage_is_not_found_and_not_granted() {
    var buyer = Api.newEmail();
    var session = opens(buyer);
    api.stripe.pays(session);
    api.stripe.session(
        session, json -> json.withObjectProperty("metadata").put("stage", "production"));

    var response = api.get("/api/checkout/" + session);

    assertThat(response.error()).isEqualTo("404 CHECKOUT_SESSION_NOT_FOUND");
    assertThat(api.balance(buyer)).isZero();
  }

  @Test
  void the_reconciliation_skips_sessions_of_other_stages() {
    var ours = Api.newEmail();
    var theirs = Api.newEmail();
    api.stripe.remembers(paid(theirs).metadata("stage", "production"));
    api.stripe.remembers(paid(ours).metadata("stage", "staging"));

    var report =
        new SweeperHandler(api.environment())
            .handleRequest(Map.of("task", "reconcile"), new TestInvocation(300_000));

    assertThat(report).doesNotContainKey("alarms");
    assertThat(api.balance(ours)).isEqualTo(50);
    assertThat(api.balance(theirs)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "staging, sk_live_1, is a live key",
    "production, sk_test_1, is a test key",
    "production, rk_test_1, is a test key"
  })
  void a_stage_does_not_start_with_a_key_of_the_wrong_mode(
      String stage, String key, String problem) {
    var settings = Map.of("ENVIRONMENT", stage, "STRIPE_SECRET_KEY", key);

    assertThatThrownBy(() -> Api.start(settings).close())
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("STRIPE_SECRET_KEY " + problem)
        .hasMessageNotContaining(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk_live_1", "rk_live_1"})
  void without_tokens_production_does_not_start_with_a_live_key_at_stripe(String key) {
    var settings =
        Map.of(
            "ENVIRONMENT", "production",
            "STRIPE_SECRET_KEY", key,
            "STRIPE_API_BASE", "https://api.stripe.com");

    assertThatThrownBy(() -> Api.start(settings).close())
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("AUTH_MODE is open, and with a live key of Stripe it must be jwt")
        .hasMessageNotContaining(key);
  }

  @Test
  void without_tokens_production_starts_with_a_live_key_at_another_server() {
    var settings = Map.of("ENVIRONMENT", "production", "STRIPE_SECRET_KEY", "sk_live_1");

    try (var production = Api.start(settings)) {
      assertThat(production.get("/api/packages").status()).isEqualTo(200);
    }
  }

  private static StripeEvent paid(String email) {
    return StripeEvent.completed(StripeEvent.newSession(), email, "pro");
  }

  private String opens(String buyer) {
    var response = api.post("/api/checkout", "{\"email\":\"" + buyer + "\",\"package\":\"pro\"}");
    assertThat(response.status()).isEqualTo(200);
    return response.json().path("session_id").asText();
  }
}
