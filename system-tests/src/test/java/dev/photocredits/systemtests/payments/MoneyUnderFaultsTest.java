package dev.photocredits.systemtests.payments;

import static dev.photocredits.systemtests.fakes.FakeGemini.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Photos;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.FakeStripe;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures of the model and of Stripe cost the customer nothing. */
@TestInstance(Lifecycle.PER_CLASS)
final class MoneyUnderFaultsTest {
  private static final String OVERLOADED = "503 MODEL_OVERLOADED";

  /** With one model, so that no other model makes up for its failures. */
  private final Api api = Api.start(Map.of("GEMINI_MODEL", "the-only-model"));

  @BeforeEach
  void reset() {
    api.gemini.generates();
    api.stripe.works();
  }

  @AfterAll
  void stop() {
    api.close();
  }

  /**
   * A failure of the model for every variation.
   *
   * @param calls the number of calls for all variations together
   * @param retryAfter the header {@code Retry-After} of the response, or an empty text
   */
  record Fault(
      String name, FakeGemini.Answer answer, String refusal, int calls, String retryAfter) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Fault> faults() {
    return Stream.of(
        new Fault("429 for a second", busy("1"), OVERLOADED, 6, "1"),
        new Fault("429 for longer than the deadline", busy("60"), OVERLOADED, 3, "60"),
        new Fault("429", FakeGemini.status(429), OVERLOADED, 6, "30"),
        new Fault(
            "429 with the wait in its body", recorded("429-retryinfo-37s"), OVERLOADED, 3, "37"),
        new Fault("503", FakeGemini.status(503), OVERLOADED, 6, "30"),
        new Fault("504", recorded("504-deadline"), "504 MODEL_TIMEOUT", 6, ""),
        new Fault(
            "an unreadable photo", recorded("400-input-image"), "415 UNSUPPORTED_IMAGE", 3, ""),
        broken("500", FakeGemini.status(500), 6),
        broken("502", FakeGemini.status(502), 6),
        broken("a closed connection", FakeGemini.closesTheConnection(), 6),
        broken("400", FakeGemini.status(400), 3),
        broken("403", FakeGemini.status(403), 3),
        broken("404: no such model", FakeGemini.status(404), 3),
        broken("text only", FakeGemini.text("I would rather not."), 3),
        broken("no candidates", FakeGemini.noCandidates(), 3),
        broken("a candidate without content", FakeGemini.finished("STOP"), 3),
        broken("an unknown finish reason", FakeGemini.finished("BORED"), 3),
        broken("a picture that is not base64", FakeGemini.badBase64(), 3),
        broken("an empty picture", FakeGemini.picture("image/png", new byte[0]), 3),
        broken("not a picture", FakeGemini.picture("text/html", new byte[] {1}), 3),
        broken("HTML labelled as a picture", recorded("200-html-as-png"), 3),
        broken("SVG", recorded("200-svg"), 3),
        broken("half a picture", FakeGemini.picture("image/jpeg", half("portrait.jpg")), 3),
        broken("HTML instead of JSON", reply("<html>"), 3),
        broken("JSON of another shape", reply("{\"candidates\":7}"), 3),
        broken("an empty body", reply(""), 3),
        refused("the prompt is blocked", FakeGemini.promptBlocked("SAFETY")),
        refused("blocked for an unknown reason", FakeGemini.promptBlocked("TASTE")),
        refused("SAFETY", FakeGemini.finished("SAFETY")),
        refused("IMAGE_SAFETY", FakeGemini.finished("IMAGE_SAFETY")),
        refused("PROHIBITED_CONTENT", FakeGemini.finished("PROHIBITED_CONTENT")),
        refused("NO_IMAGE", FakeGemini.finished("NO_IMAGE")));
  }

  private static byte[] half(String photo) {
    var bytes = Photos.read(photo);
    return Arrays.copyOf(bytes, bytes.length / 2);
  }

  private static Fault broken(String name, FakeGemini.Answer answer, int calls) {
    return new Fault(name, answer, "500 IMAGE_GENERATION_FAILED", calls, "");
  }

  private static Fault refused(String name, FakeGemini.Answer answer) {
    return new Fault(name, answer, "422 SAFETY_BLOCKED", 3, "");
  }

  private static FakeGemini.Answer busy(String seconds) {
    return FakeGemini.status(429, Map.of("Retry-After", seconds));
  }

  private static FakeGemini.Answer reply(String body) {
    return new FakeGemini.Answer.Reply(200, Map.of(), body);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_failure_of_the_model_costs_nothing(Fault fault) {
    var email = api.customer();
    api.gemini.answers(fault.answer());

    var response = api.generate(email);

    assertThat(response.error()).isEqualTo(fault.refusal());
    assertThat(response.detail())
        .startsWith("Image generation failed: ")
        .endsWith(" Nothing was charged.");
    assertThat(response.body()).doesNotContain("secret", "rather", "Exception");
    assertThat(response.header("retry-after")).isEqualTo(fault.retryAfter());
    assertThat(api.gemini.calls()).hasSize(fault.calls());
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @Test
  void a_transient_failure_costs_only_the_price() {
    var email = api.customer();
    api.gemini.follows(
        call ->
            switch (call.attempt()) {
              case 1 ->
                  switch (call.variation()) {
                    case 0 -> busy("1");
                    case 1 -> FakeGemini.closesTheConnection();
                    default -> FakeGemini.status(503);
                  };
              default -> FakeGemini.generates(call);
            });

    var response = api.generate(email);

    assertThat(response.images()).hasSize(3);
    assertThat(api.gemini.calls()).hasSize(6);
    assertThat(api.balance(email)).isEqualTo(7);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void a_picture_in_an_unsupported_format_is_refunded_and_the_others_are_delivered() {
    var email = api.customer();
    api.gemini.follows(
        call ->
            switch (call.variation()) {
              case 0 -> recorded("200-svg");
              case 1 -> recorded("only-thought-image");
              default -> FakeGemini.generates(call);
            });

    var response = api.generate(email);

    assertThat(response.images()).hasSize(2);
    assertThat(api.image(response.images().getLast())).isEqualTo("200 image/webp third picture");
    assertThat(api.statement(email)).containsExactly("refund 1", "usage -3", "purchase 10");
  }

  @Test
  void after_a_refusal_the_generated_pictures_are_delivered() {
    var email = api.customer();
    api.gemini.follows(
        call ->
            switch (call.variation()) {
              case 0 -> FakeGemini.status(500);
              case 1 -> FakeGemini.generates(call);
              default -> FakeGemini.finished("SAFETY");
            });

    var response = api.generate(email);

    assertThat(response.images().stream().map(api::image))
        .containsExactly("200 image/jpeg second picture");
    assertThat(response.json().path("credits_remaining").intValue()).isEqualTo(9);
    assertThat(api.statement(email)).containsExactly("refund 2", "usage -3", "purchase 10");
    assertThat(api.gemini.calls()).hasSize(4);
  }

  @Test
  void of_different_failures_the_most_specific_is_reported() {
    var email = api.customer();
    api.gemini.follows(
        call ->
            switch (call.variation()) {
              case 0 -> FakeGemini.text("no");
              case 1 -> busy("60");
              default -> FakeGemini.finished("SAFETY");
            });

    var response = api.generate(email);

    assertThat(response.error()).isEqualTo("422 SAFETY_BLOCKED");
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/customers", "/v1/checkout/sessions"})
  void a_transient_failure_of_stripe_is_retried(String path) {
    var email = Api.newEmail();
    api.stripe.failsOnce(path, FakeStripe.Failure.of(500, "api_error", "oops"));

    var response = checkout(email);

    assertThat(response.status()).isEqualTo(200);
    assertThat(api.stripe.calls(path)).hasSize(2);
    assertThat(api.stripe.calls(path))
        .extracting(FakeStripe.Call::idempotencyKey)
        .containsOnly(api.stripe.calls(path).getFirst().idempotencyKey());
    assertThat(api.statement(email)).isEmpty();
  }

  static Stream<FakeStripe.Failure> refusals() {
    return Stream.of(
        FakeStripe.Failure.of(402, "card_error", "card_declined"),
        FakeStripe.Failure.of(400, "invalid_request_error", "parameter_invalid"),
        FakeStripe.Failure.of(401, "invalid_request_error", "api_key_expired"),
        FakeStripe.Failure.of(429, "invalid_request_error", "rate_limit"),
        new FakeStripe.Failure(400, "<html>"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void a_rejection_by_stripe_grants_nothing_and_is_not_retried(FakeStripe.Failure failure) {
    var email = Api.newEmail();
    api.stripe.fails(failure);

    var response = checkout(email);

    assertNothingBought(email, response);
    assertThat(api.stripe.calls("/v1/customers")).hasSize(1);
  }

  @Test
  void during_an_outage_stripe_is_called_three_times() {
    var email = Api.newEmail();
    api.stripe.fails(FakeStripe.Failure.of(500, "api_error", "oops"));

    var response = checkout(email);

    assertNothingBought(email, response);
    assertThat(api.stripe.calls("/v1/customers")).hasSize(3);
  }

  private void assertNothingBought(String email, ApiResponse response) {
    assertThat(response.error()).isEqualTo("500 PAYMENT_PROCESSING_FAILED");
    assertThat(response.detail())
        .startsWith("Payment processing failed: ")
        .endsWith(" Nothing was charged.");
    assertThat(response.body()).doesNotContain("secret", "Exception");
    assertThat(api.balance(email)).isZero();
    assertThat(api.statement(email)).isEmpty();
  }

  private ApiResponse checkout(String email) {
    return api.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"starter\"}");
  }
}
