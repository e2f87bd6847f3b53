package dev.photocredits.systemtests.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.ledger.Race;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.client.Photos;
import dev.photocredits.systemtests.client.SharedApi;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Idempotency-Key}: a repeated request takes effect once. */
@ExtendWith(SharedApi.class)
final class IdempotencyTest {
  private final Api api;
  private final String key = UUID.randomUUID().toString();

  IdempotencyTest(Api api) {
    this.api = api;
  }

  // Generation

  @Test
  void a_repeat_returns_the_same_pictures_with_new_signatures_and_the_current_balance() {
    var email = api.customer();
    var first = api.generate(Form.request(email), key);
    api.buys(email, StripeEvent.newSession());

    var again = api.generate(Form.request(email), key);

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.images().stream().map(api::image))
        .containsExactlyElementsOf(first.images().stream().map(api::image).toList());
    assertThat(again.json().path("credits_remaining").intValue()).isEqualTo(17);
    assertThat(again.header("x-generation-id")).isEqualTo(first.header("x-generation-id"));
    assertThat(api.gemini.calls()).hasSize(3);
    assertThat(api.statement(email)).containsExactly("purchase 10", "usage -3", "purchase 10");
  }

  @Test
  void twenty_concurrent_requests_with_one_key_are_charged_once() {
    var email = api.customer();

    var responses = Race.of(20, _ -> api.generate(Form.request(email), key));
    var later = api.generate(Form.request(email), key);

    assertThat(responses).extracting(ApiResponse::status).containsAnyOf(200).isSubsetOf(200, 409);
    assertThat(later.status()).isEqualTo(200);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
    assertThat(api.gemini.calls()).hasSize(3);
  }

  @Test
  void a_repeat_of_a_running_generation_is_told_when_to_retry() {
    var email = api.customer();
    var repeated = new AtomicReference<ApiResponse>();
    api.gemini.follows(
        call -> {
          if (call.variation() == 0) {
            repeated.set(api.generate(Form.request(email), key));
          }
          return FakeGemini.generates(call);
        });

    var first = api.generate(Form.request(email), key);

    assertThat(first.status()).isEqualTo(200);
    assertThat(repeated.get().error()).isEqualTo("409 GENERATION_IN_PROGRESS");
    assertThat(repeated.get().header("retry-after")).isEqualTo("5");
    assertThat(repeated.get().header("x-generation-id")).isEqualTo(first.header("x-generation-id"));
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void a_failed_and_refunded_generation_can_be_retried_with_the_same_key() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.text("no"));
    var failed = api.generate(Form.request(email), key);
    api.gemini.generates();

    var again = api.generate(Form.request(email), key);

    assertThat(failed.error()).isEqualTo("500 IMAGE_GENERATION_FAILED");
    assertThat(again.status()).isEqualTo(200);
    assertThat(api.statement(email))
        .containsExactly("usage -3", "refund 3", "usage -3", "purchase 10");
  }

  static Stream<Form> otherRequests() {
    return Stream.of(
        Form.request("").text("prompt", "me in the style of a pirate"),
        Form.request("").text("transformation_mode", "item-only"),
        Form.request("").file("image", "image/png", Photos.read("portrait.jpg")));
  }

  @ParameterizedTest
  @MethodSource("otherRequests")
  void reusing_a_key_for_a_different_request_is_rejected_and_charges_nothing(Form other) {
    var email = api.customer();
    var first = api.generate(Form.request(email), key);

    var refused = api.generate(other.text("user_email", email), key);

    assertThat(first.status()).isEqualTo(200);
    assertThat(refused.text())
        .isEqualTo(
            "409 {\"detail\":\"This Idempotency-Key was used for another request. Nothing was"
                + " charged.\",\"error_code\":\"IDEMPOTENCY_KEY_REUSED\"}");
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void a_rejected_request_leaves_its_key_unused() {
    var email = Api.newEmail();
    assertThat(api.balance(email)).isZero();
    assertThat(api.generate(Form.request(email), key).status()).isEqualTo(402);
    api.buys(email, StripeEvent.newSession());

    var again = api.generate(Form.request(email).text("prompt", "another"), key);

    assertThat(again.status()).isEqualTo(200);
  }

  // Checkout

  @Test
  void a_repeated_checkout_returns_the_same_session() {
    var email = Api.newEmail();

    var responses = Race.of(8, _ -> api.post("/api/checkout", checkout(email, "pro"), key));
    var later = api.post("/api/checkout", checkout(email, "pro"), key);

    assertThat(later.status()).isEqualTo(200);
    assertThat(responses).extracting(ApiResponse::text).containsOnly(later.text());
  }

  @Test
  void another_key_or_no_key_creates_another_session() {
    var email = Api.newEmail();

    var pages =
        Stream.of(
                api.post("/api/checkout", checkout(email, "pro"), key),
                api.post("/api/checkout", checkout(email, "pro"), key + " " + 2),
                api.post("/api/checkout", checkout(email, "pro")),
                api.post("/api/checkout", checkout(email, "pro")))
            .map(response -> response.json().path("session_id").asText());

    assertThat(pages.distinct()).hasSize(4);
  }

  @Test
  void reusing_a_key_for_a_different_checkout_is_rejected_without_calling_stripe() {
    var email = Api.newEmail();
    var first = api.post("/api/checkout", checkout(email, "pro"), key);
    api.stripe.works();

    var refused = api.post("/api/checkout", checkout(email, "starter"), key);

    assertThat(first.status()).isEqualTo(200);
    assertThat(refused.error()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(api.stripe.calls("/v1/checkout/sessions")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/customers", "/v1/checkout/sessions"})
  void after_a_failure_of_stripe_a_key_creates_one_session(String path) {
    var email = Api.newEmail();
    api.stripe.failsMidway(path);

    var first = api.post("/api/checkout", checkout(email, "pro"), key);
    var again = api.post("/api/checkout", checkout(email, "pro"), key);

    assertThat(first.status()).isEqualTo(200);
    assertThat(again.text()).isEqualTo(first.text());
  }

  @Test
  void a_customer_deleted_at_stripe_is_replaced_by_exactly_one() {
    var email = Api.newEmail();
    var _ = api.post("/api/checkout", checkout(email, "pro"));
    api.stripe.deletes(lastCustomer());

    var pages = Race.of(8, _ -> api.post("/api/checkout", checkout(email, "pro"), key));

    assertThat(pages).extracting(ApiResponse::status).containsOnly(200);
    assertThat(pages.stream().map(ApiResponse::text).distinct()).hasSize(1);
    var customer = lastCustomer();
    api.stripe.works();
    assertThat(api.post("/api/checkout", checkout(email, "starter")).status()).isEqualTo(200);
    assertThat(lastCustomer()).isEqualTo(customer);
    assertThat(api.stripe.calls("/v1/checkout/sessions")).hasSize(1);
    assertThat(api.stripe.calls("/v1/customers")).isEmpty();
  }

  private String lastCustomer() {
    return Objects.requireNonNull(
        api.stripe.calls("/v1/checkout/sessions").getLast().form().get("customer"));
  }

  @Test
  void keys_of_checkouts_and_generations_are_independent() {
    var email = api.customer();

    var page = api.post("/api/checkout", checkout(email, "pro"), key);
    var pictures = api.generate(Form.request(email), key);

    assertThat(page.status()).isEqualTo(200);
    assertThat(pictures.status()).isEqualTo(200);
  }

  // Keys

  static Stream<String> malformedKeys() {
    return Stream.of("", "x".repeat(256), "tab\tin it");
  }

  @ParameterizedTest
  @MethodSource("malformedKeys")
  void a_malformed_key_is_a_validation_error(String malformed) {
    var email = api.customer();

    var responses =
        Stream.of(
            api.generate(Form.request(email), malformed),
            api.post("/api/checkout", checkout(email, "pro"), malformed));

    assertThat(responses)
        .allSatisfy(
            response -> {
              assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
              assertThat(response.json().at("/detail/0/loc").toString())
                  .isEqualTo("[\"header\",\"idempotency-key\"]");
            });
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_key_may_have_255_characters() {
    var email = api.customer();

    assertThat(api.generate(Form.request(email), "x".repeat(255)).status()).isEqualTo(200);
  }

  private static String checkout(String email, String pack) {
    return "{\"email\":\"" + email + "\",\"package\":\"" + pack + "\"}";
  }
}
