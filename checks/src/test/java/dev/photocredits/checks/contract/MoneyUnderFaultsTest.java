package dev.photocredits.checks.contract;

import static dev.photocredits.checks.fakes.FakeGemini.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
import dev.photocredits.checks.fakes.FakeStripe;
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

/** Whatever fails, nobody pays for what they did not get, and the model is not asked in vain. */
@TestInstance(Lifecycle.PER_CLASS)
final class MoneyUnderFaultsTest {
  private static final String OVERLOADED = "503 MODEL_OVERLOADED";

  /** With one model, so that what is told of it is not healed by another. */
  private final Api api = Api.start(Map.of("GEMINI_MODEL", "the-only-model"));

  @BeforeEach
  void set_back() {
    api.gemini.draws();
    api.stripe.works();
  }

  @AfterAll
  void stop() {
    api.close();
  }

  /**
   * A way in which the model fails for every variation.
   *
   * @param calls how often it is asked, all variations together
   * @param retryAfter what the caller is told, or an empty text
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
        new Fault("429 for longer than we have", busy("60"), OVERLOADED, 3, "60"),
        new Fault("429", FakeGemini.status(429), OVERLOADED, 6, "30"),
        new Fault(
            "429 whose body has the wait", recorded("429-retryinfo-37s"), OVERLOADED, 3, "37"),
        new Fault("503", FakeGemini.status(503), OVERLOADED, 6, "30"),
        new Fault("504", recorded("504-deadline"), "504 MODEL_TIMEOUT", 6, ""),
        new Fault("the photo", recorded("400-input-image"), "415 UNSUPPORTED_IMAGE", 3, ""),
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
        broken("a page that is called a picture", recorded("200-html-as-png"), 3),
        broken("SVG", recorded("200-svg"), 3),
        broken("half a picture", FakeGemini.picture("image/jpeg", half("portrait.jpg")), 3),
        broken("a page instead of JSON", reply("<html>"), 3),
        broken("JSON of another shape", reply("{\"candidates\":7}"), 3),
        broken("nothing", reply(""), 3),
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

    var answer = api.generate(email);

    assertThat(answer.refusal()).isEqualTo(fault.refusal());
    assertThat(answer.detail())
        .startsWith("Image generation failed: ")
        .endsWith(" Nothing was charged.");
    assertThat(answer.body()).doesNotContain("secret", "rather", "Exception");
    assertThat(answer.header("retry-after")).isEqualTo(fault.retryAfter());
    assertThat(api.gemini.calls()).hasSize(fault.calls());
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @Test
  void a_failure_that_passes_costs_the_price_and_no_more() {
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
              default -> FakeGemini.draws(call);
            });

    var answer = api.generate(email);

    assertThat(answer.images()).hasSize(3);
    assertThat(api.gemini.calls()).hasSize(6);
    assertThat(api.balance(email)).isEqualTo(7);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void a_picture_that_no_browser_shows_is_refunded_beside_those_that_one_shows() {
    var email = api.customer();
    api.gemini.follows(
        call ->
            switch (call.variation()) {
              case 0 -> recorded("200-svg");
              case 1 -> recorded("only-thought-image");
              default -> FakeGemini.draws(call);
            });

    var answer = api.generate(email);

    assertThat(answer.images()).hasSize(2);
    assertThat(api.image(answer.images().getLast())).isEqualTo("200 image/webp third picture");
    assertThat(api.statement(email)).containsExactly("refund 1", "usage -3", "purchase 10");
  }

  @Test
  void a_refusal_speaks_for_all_and_what_was_drawn_is_kept() {
    var email = api.customer();
    api.gemini.follows(
        call ->
            switch (call.variation()) {
              case 0 -> FakeGemini.status(500);
              case 1 -> FakeGemini.draws(call);
              default -> FakeGemini.finished("SAFETY");
            });

    var answer = api.generate(email);

    assertThat(answer.images().stream().map(api::image))
        .containsExactly("200 image/jpeg second picture");
    assertThat(answer.json().path("credits_remaining").intValue()).isEqualTo(9);
    assertThat(api.statement(email)).containsExactly("refund 2", "usage -3", "purchase 10");
    assertThat(api.gemini.calls()).hasSize(4);
  }

  @Test
  void different_failures_are_answered_with_the_one_that_says_most() {
    var email = api.customer();
    api.gemini.follows(
        call ->
            switch (call.variation()) {
              case 0 -> FakeGemini.text("no");
              case 1 -> busy("60");
              default -> FakeGemini.finished("SAFETY");
            });

    var answer = api.generate(email);

    assertThat(answer.refusal()).isEqualTo("422 SAFETY_BLOCKED");
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/customers", "/v1/checkout/sessions"})
  void a_failure_of_stripe_that_passes_is_not_seen(String path) {
    var email = Api.somebody();
    api.stripe.failsOnce(path, FakeStripe.Failure.of(500, "api_error", "oops"));

    var answer = checkout(email);

    assertThat(answer.status()).isEqualTo(200);
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
  void a_refusal_of_stripe_moves_nothing_and_is_not_repeated(FakeStripe.Failure failure) {
    var email = Api.somebody();
    api.stripe.fails(failure);

    var answer = checkout(email);

    assertNothingBought(email, answer);
    assertThat(api.stripe.calls("/v1/customers")).hasSize(1);
  }

  @Test
  void a_stripe_that_stays_broken_is_asked_three_times() {
    var email = Api.somebody();
    api.stripe.fails(FakeStripe.Failure.of(500, "api_error", "oops"));

    var answer = checkout(email);

    assertNothingBought(email, answer);
    assertThat(api.stripe.calls("/v1/customers")).hasSize(3);
  }

  private void assertNothingBought(String email, Answer answer) {
    assertThat(answer.refusal()).isEqualTo("500 PAYMENT_PROCESSING_FAILED");
    assertThat(answer.detail())
        .startsWith("Payment processing failed: ")
        .endsWith(" Nothing was charged.");
    assertThat(answer.body()).doesNotContain("secret", "Exception");
    assertThat(api.balance(email)).isZero();
    assertThat(api.statement(email)).isEmpty();
  }

  private Answer checkout(String email) {
    return api.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"starter\"}");
  }
}
