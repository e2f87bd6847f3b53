package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.checks.fakes.StripeEvent;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.lambda.OneCall;
import dev.photocredits.local.CannotStart;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stages that share a Stripe account stay apart, and real money goes to production alone. */
@TestInstance(Lifecycle.PER_CLASS)
final class StagesTest {
  private final Api api =
      Api.start(Map.of("ENVIRONMENT", "staging", "SWEEP_INTERVAL_SECONDS", "86400"));
  private final String email = Api.somebody();

  @BeforeEach
  void set_back() {
    api.stripe.works();
  }

  @AfterAll
  void stop() {
    api.close();
  }

  @Test
  void a_session_names_its_stage_beside_what_the_contract_has() {
    var _ = opens(email);

    assertThat(api.stripe.calls("/v1/checkout/sessions").getLast().form())
        .containsEntry("metadata[stage]", "staging")
        .containsEntry("payment_intent_data[metadata][stage]", "staging")
        .containsEntry("metadata[user_email]", email)
        .containsEntry("metadata[package]", "pro")
        .containsEntry("metadata[credits]", "50");
  }

  @Test
  void a_session_of_this_stage_and_one_that_names_none_are_granted() {
    var buyer = Api.somebody();

    assertThat(api.webhook(paid(buyer).metadata("stage", "staging")).status()).isEqualTo(200);
    assertThat(api.balance(buyer)).isEqualTo(50);
    assertThat(api.webhook(paid(buyer)).status()).isEqualTo(200);
    assertThat(api.webhook(paid(buyer).metadata("stage", "")).status()).isEqualTo(200);

    assertThat(api.balance(buyer)).isEqualTo(150);
  }

  @Test
  void a_session_of_another_stage_is_acknowledged_and_nothing_is_granted() {
    var buyer = Api.somebody();
    var before = api.stored();

    var answer = api.webhook(paid(buyer).metadata("stage", "production"));

    assertThat(answer.said()).isEqualTo("200 {\"status\":\"success\"}");
    assertThat(api.stored()).isEqualTo(before);
  }

  @Test
  void a_refund_of_another_stages_charge_writes_nothing() {
    var before = api.stored();

    var answer =
        api.webhook(
            StripeEvent.refunded(StripeEvent.newPayment(), 3999).metadata("stage", "production"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(api.stored()).isEqualTo(before);
  }

  @Test
  void a_paid_session_of_another_stage_is_not_found_and_not_granted_to_a_returning_customer() {
    var buyer = Api.somebody();
    var session = opens(buyer);
    api.stripe.pays(session);
    api.stripe.session(
        session, json -> json.withObjectProperty("metadata").put("stage", "production"));

    var answer = api.get("/api/checkout/" + session);

    assertThat(answer.refusal()).isEqualTo("404 CHECKOUT_SESSION_NOT_FOUND");
    assertThat(api.balance(buyer)).isZero();
  }

  @Test
  void the_reconciliation_skips_what_another_stage_sold() {
    var ours = Api.somebody();
    var theirs = Api.somebody();
    api.stripe.remembers(paid(theirs).metadata("stage", "production"));
    api.stripe.remembers(paid(ours).metadata("stage", "staging"));

    var report =
        new SweeperHandler(api.environment())
            .handleRequest(Map.of("task", "reconcile"), new OneCall(300_000));

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
  void a_stage_does_not_start_with_a_key_of_the_other_mode(
      String stage, String key, String problem) {
    var settings = Map.of("ENVIRONMENT", stage, "STRIPE_SECRET_KEY", key);

    assertThatThrownBy(() -> Api.start(settings).close())
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("STRIPE_SECRET_KEY " + problem)
        .hasMessageNotContaining(key);
  }

  private static StripeEvent paid(String email) {
    return StripeEvent.completed(StripeEvent.newSession(), email, "pro");
  }

  private String opens(String buyer) {
    var answer = api.post("/api/checkout", "{\"email\":\"" + buyer + "\",\"package\":\"pro\"}");
    assertThat(answer.status()).isEqualTo(200);
    return answer.json().path("session_id").asText();
  }
}
