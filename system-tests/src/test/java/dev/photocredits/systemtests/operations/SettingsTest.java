package dev.photocredits.systemtests.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.functions.checkout.CheckoutHandler;
import dev.photocredits.functions.credits.CreditsHandler;
import dev.photocredits.functions.feedback.FeedbackHandler;
import dev.photocredits.functions.generation.GenerationHandler;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.functions.webhook.WebhookHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.TestDigestKey;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.fakes.FakeGemini;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The effects of settings, and the errors for invalid ones. */
@TestInstance(Lifecycle.PER_CLASS)
final class SettingsTest {
  private final Api api =
      Api.start(
          Map.of(
              "CREDITS_PER_GENERATION", "5",
              "CORS_ORIGINS", "https://shop.example,https://admin.example",
              "FRONTEND_URL", "https://shop.example/buy",
              "IMAGE_URL_EXPIRY_SECONDS", "60"));

  @BeforeEach
  void reset() {
    api.gemini.generates();
    api.stripe.works();
  }

  @AfterAll
  void stop() {
    api.close();
  }

  @Test
  void the_price_setting_applies_to_charges_and_texts() {
    var poor = Api.newEmail();
    assertThat(api.balance(poor)).isZero();
    var email = api.customer();

    var refused = api.generate(poor);
    var response = api.generate(email);

    assertThat(refused.text())
        .isEqualTo(
            "402 {\"detail\":\"Need 5 credits, have 0\",\"error_code\":\"INSUFFICIENT_CREDITS\"}");
    assertThat(response.json().path("credits_remaining").intValue()).isEqualTo(5);
    assertThat(api.statement(email)).containsExactly("usage -5", "purchase 10");
    assertThat(api.get("/api/generations/" + email).json().at("/generations/0/price").intValue())
        .isEqualTo(5);
  }

  @Test
  void the_prices_are_those_of_the_setting() {
    assertThat(api.get("/api/prices").text())
        .startsWith("200 {\"credits_per_generation\":5,\"variations\":3,");
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "2, 4", "3, 5"})
  void a_refund_is_rounded_up(int missing, int refund) {
    var email = api.customer();
    api.gemini.follows(
        call -> call.variation() < missing ? FakeGemini.text("no") : FakeGemini.generates(call));

    var response = api.generate(email);

    assertThat(response.images()).hasSize(3 - missing);
    assertThat(api.balance(email)).isEqualTo(5 + refund);
    assertThat(api.statement(email)).containsExactly("refund " + refund, "usage -5", "purchase 10");
  }

  @Test
  void stripe_redirects_the_customer_to_the_frontend() {
    var response =
        api.post("/api/checkout", "{\"email\":\"" + Api.newEmail() + "\",\"package\":\"starter\"}");

    assertThat(response.status()).isEqualTo(200);
    assertThat(api.stripe.calls("/v1/checkout/sessions").getFirst().form())
        .containsEntry(
            "success_url",
            "https://shop.example/buy?payment=success&session_id={CHECKOUT_SESSION_ID}")
        .containsEntry("cancel_url", "https://shop.example/buy?payment=cancelled");
  }

  @Test
  void the_validity_of_image_urls_is_a_setting() {
    var image = api.generate(api.customer()).images().getFirst();

    assertThat(image).contains("X-Amz-Expires=60&");
    assertThat(api.image(image)).isEqualTo("200 image/png first picture");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://shop.example", "https://admin.example"})
  void a_listed_origin_may_read_responses(String origin) {
    var response = api.send(api.request("/api/nothing").header("Origin", origin));

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.header("access-control-allow-origin")).isEqualTo(origin);
    assertThat(response.header("access-control-allow-credentials")).isEmpty();
    assertThat(preflight(origin).header("access-control-allow-origin")).isEqualTo(origin);
  }

  @Test
  void other_origins_may_not_read_responses() {
    var response = api.send(api.request("/api/health").header("Origin", "https://evil.example"));

    assertThat(response.header("access-control-allow-origin")).isEmpty();
    assertThat(preflight("https://evil.example").header("access-control-allow-origin")).isEmpty();
    assertThat(preflight("https://evil.example").header("access-control-allow-methods")).isEmpty();
  }

  private ApiResponse preflight(String origin) {
    return api.send(
        api.request("/api/generate")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .method("OPTIONS", BodyPublishers.noBody()));
  }

  @Test
  void a_new_user_gets_the_welcome_credits_once() {
    try (var generous = Api.start(Map.of("WELCOME_CREDITS", "4"))) {
      var reader = Api.newEmail();
      var payer = generous.customer();

      assertThat(generous.balance(reader)).isEqualTo(4);
      assertThat(generous.balance(reader)).isEqualTo(4);

      assertThat(generous.statement(reader)).containsExactly("promotion 4");
      assertThat(generous.balance(payer)).isEqualTo(14);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CREDITS_PER_GENERATION, three",
    "CREDITS_PER_GENERATION, 0",
    "CREDITS_PER_GENERATION, 2.5",
    "WELCOME_CREDITS, -1",
    "IMAGE_URL_EXPIRY_SECONDS, 604801",
    "GENERATION_LEASE_SECONDS, 30",
    "CHECKOUT_LOOKUP_LIMIT, -1",
    "CHECKOUT_HOURLY_LIMIT, 1001",
    "UPLOAD_HOURLY_LIMIT, many",
    "FEEDBACK_HOURLY_LIMIT, -1",
    "GEMINI_MODEL, 'one,,two'",
    "GEMINI_MODEL, two words",
    "GEMINI_MODEL, ../../v1/other",
    "FRONTEND_URL, shop.example",
    "GOOGLE_GEMINI_BASE_URL, gemini",
    "STRIPE_API_BASE, stripe",
    "AWS_ENDPOINT_URL_DYNAMODB, localhost:8000",
    "AWS_ENDPOINT_URL_S3, ftp://localhost",
    "ENVIRONMENT, the best",
    "GENERATION_ENABLED, no",
    "GENERATION_ENABLED, TRUE",
    "AUTH_MODE, maybe"
  })
  void the_start_fails_with_the_name_of_a_malformed_setting(String name, String value) {
    assertThatThrownBy(() -> Api.start(Map.of(name, value)).close())
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GEMINI_API_KEY"})
  void the_start_fails_with_the_name_of_a_missing_setting(String name) {
    assertThatThrownBy(() -> Api.start(Map.of(name, "")).close())
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @CsvSource({
    "credits, TABLE_NAME",
    "credits, DIGEST_KEY",
    "checkout, DIGEST_KEY",
    "webhook, DIGEST_KEY",
    "feedback, DIGEST_KEY",
    "generation, DIGEST_KEY",
    "sweeper, DIGEST_KEY",
    "credits, AWS_REGION",
    "checkout, STRIPE_SECRET_KEY",
    "webhook, STRIPE_WEBHOOK_SECRET",
    "feedback, TABLE_NAME",
    "generation, GEMINI_API_KEY",
    "generation, BUCKET_NAME",
    "sweeper, STRIPE_SECRET_KEY",
    "sweeper, TABLE_NAME"
  })
  void a_function_does_not_start_without_its_settings(String function, String missing) {
    var variables =
        new HashMap<>(
            Map.of(
                "TABLE_NAME",
                "table",
                "BUCKET_NAME",
                "bucket",
                "AWS_REGION",
                "us-east-1",
                "STRIPE_SECRET_KEY",
                Api.STRIPE_KEY,
                "STRIPE_WEBHOOK_SECRET",
                Api.WEBHOOK_SECRET,
                "GEMINI_API_KEY",
                Api.GEMINI_KEY,
                "DIGEST_KEY",
                TestDigestKey.TEXT));
    variables.remove(missing);

    assertThatThrownBy(() -> start(function, new Environment(variables)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting " + missing + " is missing");
  }

  private static Object start(String function, Environment environment) {
    return switch (function) {
      case "credits" -> new CreditsHandler(environment);
      case "checkout" -> new CheckoutHandler(environment);
      case "webhook" -> new WebhookHandler(environment);
      case "feedback" -> new FeedbackHandler(environment);
      case "generation" -> new GenerationHandler(environment);
      case "sweeper" -> new SweeperHandler(environment);
      default -> throw new IllegalArgumentException(function);
    };
  }
}
