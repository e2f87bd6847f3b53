package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
import dev.photocredits.checks.fakes.StripeEvent;
import dev.photocredits.ledger.Race;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Idempotency-Key}: the same request twice is one. */
@ExtendWith(SharedApi.class)
final class IdempotencyTest {
  private final Api api;
  private final String key = UUID.randomUUID().toString();

  IdempotencyTest(Api api) {
    this.api = api;
  }

  // Generating

  @Test
  void a_repeat_gets_the_same_pictures_freshly_signed_and_the_balance_of_now() {
    var email = api.customer();
    var first = api.generate(Form.order(email), key);
    api.buys(email, StripeEvent.newSession());

    var again = api.generate(Form.order(email), key);

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.images().stream().map(api::image))
        .containsExactlyElementsOf(first.images().stream().map(api::image).toList());
    assertThat(again.json().path("credits_remaining").intValue()).isEqualTo(17);
    assertThat(again.header("x-generation-id")).isEqualTo(first.header("x-generation-id"));
    assertThat(api.gemini.calls()).hasSize(3);
    assertThat(api.statement(email)).containsExactly("purchase 10", "usage -3", "purchase 10");
  }

  @Test
  void twenty_at_once_under_one_key_are_paid_for_once() {
    var email = api.customer();

    var answers = Race.of(20, _ -> api.generate(Form.order(email), key));
    var later = api.generate(Form.order(email), key);

    assertThat(answers).extracting(Answer::status).containsAnyOf(200).isSubsetOf(200, 409);
    assertThat(later.status()).isEqualTo(200);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
    assertThat(api.gemini.calls()).hasSize(3);
  }

  @Test
  void a_repeat_of_what_is_still_running_is_told_to_come_back() {
    var email = api.customer();
    var repeated = new AtomicReference<Answer>();
    api.gemini.follows(
        call -> {
          if (call.variation() == 0) {
            repeated.set(api.generate(Form.order(email), key));
          }
          return FakeGemini.draws(call);
        });

    var first = api.generate(Form.order(email), key);

    assertThat(first.status()).isEqualTo(200);
    assertThat(repeated.get().refusal()).isEqualTo("409 GENERATION_IN_PROGRESS");
    assertThat(repeated.get().header("retry-after")).isEqualTo("5");
    assertThat(repeated.get().header("x-generation-id")).isEqualTo(first.header("x-generation-id"));
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void what_failed_and_was_refunded_may_be_tried_again_under_its_key() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.text("no"));
    var failed = api.generate(Form.order(email), key);
    api.gemini.draws();

    var again = api.generate(Form.order(email), key);

    assertThat(failed.refusal()).isEqualTo("500 IMAGE_GENERATION_FAILED");
    assertThat(again.status()).isEqualTo(200);
    assertThat(api.statement(email))
        .containsExactly("usage -3", "refund 3", "usage -3", "purchase 10");
  }

  static Stream<Form> otherOrders() {
    return Stream.of(
        Form.order("").text("prompt", "me in the style of a pirate"),
        Form.order("").text("transformation_mode", "item-only"),
        Form.order("").file("image", "image/png", Photos.read("portrait.jpg")));
  }

  @ParameterizedTest
  @MethodSource("otherOrders")
  void the_key_of_another_request_is_refused_and_nothing_is_charged(Form other) {
    var email = api.customer();
    var first = api.generate(Form.order(email), key);

    var refused = api.generate(other.text("user_email", email), key);

    assertThat(first.status()).isEqualTo(200);
    assertThat(refused.said())
        .isEqualTo(
            "409 {\"detail\":\"This Idempotency-Key was used for another request. Nothing was"
                + " charged.\",\"error_code\":\"IDEMPOTENCY_KEY_REUSED\"}");
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void what_is_not_taken_leaves_its_key_free() {
    var email = Api.somebody();
    assertThat(api.balance(email)).isZero();
    assertThat(api.generate(Form.order(email), key).status()).isEqualTo(402);
    api.buys(email, StripeEvent.newSession());

    var again = api.generate(Form.order(email).text("prompt", "another"), key);

    assertThat(again.status()).isEqualTo(200);
  }

  // Buying

  @Test
  void a_repeat_of_a_purchase_opens_the_same_page() {
    var email = Api.somebody();

    var answers = Race.of(8, _ -> api.post("/api/checkout", order(email, "pro"), key));
    var later = api.post("/api/checkout", order(email, "pro"), key);

    assertThat(later.status()).isEqualTo(200);
    assertThat(answers).extracting(Answer::said).containsOnly(later.said());
  }

  @Test
  void another_key_is_another_page_and_so_is_none() {
    var email = Api.somebody();

    var pages =
        Stream.of(
                api.post("/api/checkout", order(email, "pro"), key),
                api.post("/api/checkout", order(email, "pro"), key + " " + 2),
                api.post("/api/checkout", order(email, "pro")),
                api.post("/api/checkout", order(email, "pro")))
            .map(answer -> answer.json().path("session_id").asText());

    assertThat(pages.distinct()).hasSize(4);
  }

  @Test
  void the_key_of_another_purchase_is_refused_before_stripe_is_asked() {
    var email = Api.somebody();
    var first = api.post("/api/checkout", order(email, "pro"), key);
    api.stripe.works();

    var refused = api.post("/api/checkout", order(email, "starter"), key);

    assertThat(first.status()).isEqualTo(200);
    assertThat(refused.refusal()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(api.stripe.calls("/v1/checkout/sessions")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/customers", "/v1/checkout/sessions"})
  void a_key_under_which_stripe_has_failed_opens_one_page(String path) {
    var email = Api.somebody();
    api.stripe.failsMidway(path);

    var first = api.post("/api/checkout", order(email, "pro"), key);
    var again = api.post("/api/checkout", order(email, "pro"), key);

    assertThat(first.status()).isEqualTo(200);
    assertThat(again.said()).isEqualTo(first.said());
  }

  @Test
  void a_customer_who_was_deleted_at_stripe_is_replaced_by_one() {
    var email = Api.somebody();
    var _ = api.post("/api/checkout", order(email, "pro"));
    api.stripe.deletes(lastCustomer());

    var pages = Race.of(8, _ -> api.post("/api/checkout", order(email, "pro"), key));

    assertThat(pages).extracting(Answer::status).containsOnly(200);
    assertThat(pages.stream().map(Answer::said).distinct()).hasSize(1);
    var customer = lastCustomer();
    api.stripe.works();
    assertThat(api.post("/api/checkout", order(email, "starter")).status()).isEqualTo(200);
    assertThat(lastCustomer()).isEqualTo(customer);
    assertThat(api.stripe.calls("/v1/checkout/sessions")).hasSize(1);
    assertThat(api.stripe.calls("/v1/customers")).isEmpty();
  }

  private String lastCustomer() {
    return Objects.requireNonNull(
        api.stripe.calls("/v1/checkout/sessions").getLast().form().get("customer"));
  }

  @Test
  void the_same_key_buys_and_generates_apart() {
    var email = api.customer();

    var page = api.post("/api/checkout", order(email, "pro"), key);
    var pictures = api.generate(Form.order(email), key);

    assertThat(page.status()).isEqualTo(200);
    assertThat(pictures.status()).isEqualTo(200);
  }

  // Keys

  static Stream<String> malformedKeys() {
    return Stream.of("", "x".repeat(256), "tab\tin it");
  }

  @ParameterizedTest
  @MethodSource("malformedKeys")
  void a_malformed_key_is_a_problem_of_the_request(String malformed) {
    var email = api.customer();

    var answers =
        Stream.of(
            api.generate(Form.order(email), malformed),
            api.post("/api/checkout", order(email, "pro"), malformed));

    assertThat(answers)
        .allSatisfy(
            answer -> {
              assertThat(answer.refusal()).isEqualTo("422 VALIDATION_ERROR");
              assertThat(answer.json().at("/detail/0/loc").toString())
                  .isEqualTo("[\"header\",\"idempotency-key\"]");
            });
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_key_of_255_characters_is_one() {
    var email = api.customer();

    assertThat(api.generate(Form.order(email), "x".repeat(255)).status()).isEqualTo(200);
  }

  private static String order(String email, String pack) {
    return "{\"email\":\"" + email + "\",\"package\":\"" + pack + "\"}";
  }
}
