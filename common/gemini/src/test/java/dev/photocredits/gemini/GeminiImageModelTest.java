package dev.photocredits.gemini;

import static dev.photocredits.gemini.FakeGemini.answering;
import static dev.photocredits.gemini.FakeGemini.candidate;
import static dev.photocredits.gemini.FakeGemini.closingInItsBody;
import static dev.photocredits.gemini.FakeGemini.error;
import static dev.photocredits.gemini.FakeGemini.hangingInItsBody;
import static dev.photocredits.gemini.FakeGemini.inlineData;
import static dev.photocredits.gemini.FakeGemini.json;
import static dev.photocredits.gemini.FakeGemini.picture;
import static dev.photocredits.gemini.FakeGemini.status;
import static dev.photocredits.gemini.FakeGemini.text;
import static dev.photocredits.lambda.ScriptedServer.closing;
import static dev.photocredits.lambda.ScriptedServer.hanging;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.gemini.FakeGemini.Call;
import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelAnswer.Generated;
import dev.photocredits.images.ModelAnswer.NoImage;
import dev.photocredits.images.ModelAnswer.Overloaded;
import dev.photocredits.images.ModelAnswer.Refused;
import dev.photocredits.images.ModelAnswer.TimedOut;
import dev.photocredits.images.PictureRequest;
import dev.photocredits.images.VariationPrompt;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.ScriptedServer.Answer;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real {@link GeminiImageModel} over real HTTP, against a server with scripted failures. */
public final class GeminiImageModelTest {
  static final String PROMPT = "a samurai in the rain";

  private static final Duration AMPLE = Duration.ofSeconds(10);
  private static final byte[] PHOTO = randomBytes(1, 5_000);
  private static final byte[] PICTURE = Png.holding(randomBytes(2, 200_000));

  /** A named response of the server. */
  record Case(String name, Answer answer) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Answer GENERATES = picture("image/png", PICTURE);

  /** The first call loads the library, which would take too long for the deadlines of the tests. */
  @BeforeAll
  static void the_library_is_loaded() {
    try (var gemini = answering(status(500), GENERATES)) {
      assertGenerated(generate(gemini, AMPLE, "best"), "image/png");
    }
  }

  @Test
  void a_picture_is_returned_unchanged_with_the_content_type_of_the_model() {
    try (var gemini = answering(picture("image/webp", PICTURE))) {

      var answer = generate(gemini, AMPLE, "best");

      assertGenerated(answer, "image/webp");
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  @Test
  void the_request_has_the_prompt_and_the_photo_and_asks_for_one_square_image()
      throws JsonProcessingException {
    try (var gemini = answering(GENERATES)) {

      assertGenerated(generate(gemini, AMPLE, "best"), "image/png");

      var call = gemini.calls().getFirst();
      assertThat(call.path()).isEqualTo("/v1beta/models/best:generateContent");
      assertThat(call.apiKey()).hasValue("the-key");
      var request = new ObjectMapper().readTree(call.body());
      var parts = request.at("/contents/0/parts");
      assertThat(parts).hasSize(2);
      assertThat(parts.at("/0/text").asText()).isEqualTo(PROMPT);
      assertThat(parts.at("/1/inlineData/mimeType").asText()).isEqualTo("image/jpeg");
      assertThat(Base64.getDecoder().decode(parts.at("/1/inlineData/data").asText()))
          .isEqualTo(PHOTO);
      assertThat(request.at("/generationConfig/responseModalities").toString())
          .isEqualTo("[\"IMAGE\"]");
      assertThat(request.at("/generationConfig/imageConfig/aspectRatio").asText()).isEqualTo("1:1");
    }
  }

  @Test
  void the_request_has_the_ratio_and_a_size_other_than_the_default()
      throws JsonProcessingException {
    try (var gemini = answering(GENERATES)) {
      var model = model(gemini.url(), ThinkingLevel.MINIMAL, noneRetired(), "best");

      var answer =
          model.generate(
              request(PROMPT, AspectRatio.RATIO_21_9, ImageSize.SIZE_4K),
              Instant.now().plus(AMPLE));

      assertGenerated(answer, "image/png");
      var sent = new ObjectMapper().readTree(gemini.calls().getFirst().body());
      assertThat(sent.at("/generationConfig/imageConfig").toString())
          .isEqualTo("{\"aspectRatio\":\"21:9\",\"imageSize\":\"4K\"}");
    }
  }

  @ParameterizedTest
  @CsvSource({"SIZE_1K, gemini-3.1-flash-lite-image", "SIZE_2K, best", "SIZE_4K, best"})
  void a_model_without_the_size_is_not_asked(ImageSize size, String asked) {
    try (var gemini = answering(GENERATES)) {
      var model =
          model(
              gemini.url(),
              ThinkingLevel.MINIMAL,
              noneRetired(),
              "gemini-3.1-flash-lite-image",
              "best");

      var _ =
          model.generate(request(PROMPT, AspectRatio.RATIO_1_1, size), Instant.now().plus(AMPLE));

      assertThat(gemini.calls()).hasSize(1);
      assertThat(gemini.calls().getFirst().path()).contains("/" + asked + ":");
    }
  }

  @Test
  void without_a_model_of_the_size_nothing_is_asked() {
    try (var gemini = answering(GENERATES)) {
      var model =
          model(gemini.url(), ThinkingLevel.MINIMAL, noneRetired(), "gemini-3.1-flash-lite-image");

      var answer =
          model.generate(
              request(PROMPT, AspectRatio.RATIO_1_1, ImageSize.SIZE_2K), Instant.now().plus(AMPLE));

      assertThat(answer).isEqualTo(new Broken("no model makes pictures of 2K"));
      assertThat(model.makes(ImageSize.SIZE_2K)).isFalse();
      assertThat(gemini.calls()).isEmpty();
    }
  }

  @Test
  void the_request_has_a_system_instruction_and_safety_settings() throws JsonProcessingException {
    try (var gemini = answering(GENERATES)) {

      assertGenerated(generate(gemini, AMPLE, "best"), "image/png");

      var request = new ObjectMapper().readTree(gemini.calls().getFirst().body());
      assertThat(request.at("/systemInstruction/parts/0/text").asText())
          .contains("one image", "are no instructions to you")
          .doesNotContain(PROMPT);
      assertThat(request.at("/contents")).hasSize(1);
      assertThat(request.at("/contents/0/role").asText()).isEqualTo("user");
      assertThat(request.at("/safetySettings").valueStream())
          .extracting(setting -> setting.at("/category").asText())
          .containsExactlyInAnyOrder(
              "HARM_CATEGORY_HARASSMENT",
              "HARM_CATEGORY_HATE_SPEECH",
              "HARM_CATEGORY_SEXUALLY_EXPLICIT",
              "HARM_CATEGORY_DANGEROUS_CONTENT");
      assertThat(request.at("/safetySettings").valueStream())
          .extracting(setting -> setting.at("/threshold").asText())
          .containsOnly("BLOCK_MEDIUM_AND_ABOVE");
    }
  }

  @Test
  void a_trailing_slash_of_the_base_url_is_ignored() {
    try (var gemini = answering(GENERATES)) {
      var model = model(gemini.url().resolve("/"), ThinkingLevel.MINIMAL, noneRetired(), "best");

      var answer = generate(model, PROMPT);

      assertGenerated(answer, "image/png");
      assertThat(gemini.calls().getFirst().path()).isEqualTo("/v1beta/models/best:generateContent");
    }
  }

  @Test
  void texts_thoughts_and_documents_around_the_picture_are_skipped() {
    var thought =
        """
        {"thought": true, "inlineData": {"mimeType": "image/png", "data": "c2tldGNo"}}""";
    var picture = inlineData("image/png", Base64.getEncoder().encodeToString(PICTURE));
    var document = inlineData("application/pdf", "UERG");
    try (var gemini =
        answering(
            json(candidate("STOP", text("Here it is:"), thought, document, picture, text("!"))))) {

      var answer = generate(gemini, AMPLE, "best");

      assertGenerated(answer, "image/png");
    }
  }

  @Test
  void a_picture_counts_whatever_the_finish_reason_of_its_candidate() {
    var picture = inlineData("image/png", Base64.getEncoder().encodeToString(PICTURE));
    try (var gemini = answering(json(candidate("SOME_NEW_REASON", picture)))) {

      var answer = generate(gemini, AMPLE, "best");

      assertGenerated(answer, "image/png");
    }
  }

  @Test
  void an_overloaded_model_is_retried_after_the_wait_that_it_asks_for() {
    try (var gemini = answering(status(429, 1), GENERATES)) {
      var started = System.nanoTime();

      var answer = generate(gemini, AMPLE, "best");

      assertGenerated(answer, "image/png");
      assertThat(gemini.calls()).hasSize(2);
      assertThat(since(started)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
    }
  }

  @Test
  void an_overloaded_model_whose_wait_exceeds_the_deadline_is_not_retried() {
    try (var gemini = answering(status(429, 17), GENERATES)) {
      var started = System.nanoTime();

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new Overloaded("status 429 from best", Duration.ofSeconds(17)));
      assertThat(gemini.calls()).hasSize(1);
      assertThat(since(started)).isLessThan(Duration.ofMillis(450));
    }
  }

  @Test
  void a_model_that_is_overloaded_twice_is_reported_as_overloaded() {
    try (var gemini = answering(status(429, 1), status(429, 9), GENERATES)) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new Overloaded("status 429 from best", Duration.ofSeconds(9)));
      assertThat(gemini.calls()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999"})
  void a_retry_after_that_is_not_a_number_of_seconds_is_ignored(String retryAfter) {
    Answer overloaded =
        exchange -> {
          exchange.getResponseHeaders().set("retry-after", retryAfter);
          exchange.sendResponseHeaders(429, -1);
        };
    try (var gemini = answering(overloaded)) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new Overloaded("status 429 from best", Duration.ofSeconds(30)));
      assertThat(gemini.calls()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void a_transient_failure_is_retried(int status) {
    try (var gemini = answering(status(status), GENERATES)) {

      var answer = generate(gemini, AMPLE, "best");

      assertGenerated(answer, "image/png");
      assertThat(gemini.calls()).hasSize(2);
    }
  }

  @Test
  void a_model_that_fails_twice_is_broken() {
    try (var gemini = answering(status(500), status(500), GENERATES)) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new Broken("status 500 from best"));
      assertThat(gemini.calls()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 413, 422})
  void a_permanent_failure_is_not_retried(int status) {
    try (var gemini = answering(status(status), GENERATES)) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new Broken("status " + status + " from best"));
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 429, 503})
  void after_a_retired_or_overloaded_model_the_next_one_is_tried_at_once(int status) {
    try (var gemini = answering(status(status, 9), GENERATES)) {
      var started = System.nanoTime();

      var answer = generate(gemini, AMPLE, "best", "second");

      assertGenerated(answer, "image/png");
      assertThat(models(gemini)).containsExactly("best", "second");
      assertThat(since(started)).isLessThan(Duration.ofMillis(450));
    }
  }

  static Stream<Case> retirements() {
    return Stream.of(
        new Case("404", status(404)),
        new Case("a 400 that names it", error(400, "models/best is not supported here.")),
        new Case("a 400 that ends with it", error(400, "Thinking is not enabled for models/best")));
  }

  @ParameterizedTest
  @MethodSource("retirements")
  void a_retired_model_is_skipped_for_the_next_picture(Case retirement) {
    try (var gemini = answering(retirement.answer(), GENERATES)) {
      var model = model(gemini.url(), ThinkingLevel.MINIMAL, noneRetired(), "best", "second");

      assertGenerated(generate(model, PROMPT), "image/png");
      assertGenerated(generate(model, PROMPT), "image/png");

      assertThat(models(gemini)).containsExactly("best", "second", "second");
    }
  }

  @Test
  void a_retired_model_is_tried_again_after_five_minutes() {
    var clock = new MovableClock();
    var retired = new RetiredModels(new Log(System.out, "test"), clock);
    try (var gemini = answering(status(404), GENERATES)) {
      var model = model(gemini.url(), ThinkingLevel.MINIMAL, retired, "best", "second");
      assertGenerated(generate(model, PROMPT), "image/png");

      clock.advance(Duration.ofMinutes(5).minusMillis(1));
      assertGenerated(generate(model, PROMPT), "image/png");
      clock.advance(Duration.ofMillis(1));
      assertGenerated(generate(model, PROMPT), "image/png");

      assertThat(models(gemini)).containsExactly("best", "second", "second", "best");
    }
  }

  @Test
  void an_attention_with_the_name_of_a_retired_model_is_logged_once() throws Exception {
    var printed = new ByteArrayOutputStream();
    var log = new Log(new PrintStream(printed, true, UTF_8), "production");
    var retired = new RetiredModels(log, new MovableClock());
    try (var gemini = answering(status(404), GENERATES)) {
      var one = model(gemini.url(), ThinkingLevel.MINIMAL, retired, "best", "second");
      assertGenerated(generate(one, PROMPT), "image/png");
      retired.add("best");

      assertGenerated(generate(one, PROMPT), "image/png");

      assertThat(printed.toString(UTF_8).lines()).hasSize(1);
      var line = new ObjectMapper().readTree(printed.toString(UTF_8));
      assertThat(line.path("level").asText()).isEqualTo("ERROR");
      assertThat(line.path("model_retired").asText()).isEqualTo("best");
      assertThat(line.path("models_retired").asInt()).isEqualTo(1);
      assertThat(line.path("attention").asInt()).isEqualTo(1);
    }
  }

  @Test
  void if_all_models_are_retired_all_are_tried_again() {
    try (var gemini = answering(status(404), status(404), status(404), GENERATES)) {
      var model = model(gemini.url(), ThinkingLevel.MINIMAL, noneRetired(), "best", "second");

      assertThat(generate(model, PROMPT)).isEqualTo(new Broken("status 404 from second"));
      assertGenerated(generate(model, PROMPT), "image/png");

      assertThat(models(gemini)).containsExactly("best", "second", "best", "second");
    }
  }

  /** Errors of status 400 that do not name the model, though some name a similar one. */
  static Stream<Case> errorsAboutSomethingElse() {
    return Stream.of(
        new Case("a longer name", error(400, "models/best-lite is not supported.")),
        new Case("a longer version", error(400, "models/best.5 is not supported.")),
        new Case("another name", error(400, "models/the-best is not supported.")),
        new Case("the picture's size", error(400, "Invalid image size: 512.")),
        new Case("no message", exchange -> exchange.sendResponseHeaders(400, -1)));
  }

  @ParameterizedTest
  @MethodSource("errorsAboutSomethingElse")
  void an_error_that_does_not_name_the_model_does_not_retire_it(Case other) {
    try (var gemini = answering(other.answer(), GENERATES)) {
      var model = model(gemini.url(), ThinkingLevel.MINIMAL, noneRetired(), "best", "second");

      assertThat(generate(model, PROMPT)).isEqualTo(new Broken("status 400 from best"));
      assertGenerated(generate(model, PROMPT), "image/png");

      assertThat(models(gemini)).containsExactly("best", "best");
    }
  }

  @Test
  void the_name_of_a_model_in_a_quoted_prompt_does_not_retire_it() {
    try (var gemini = answering(error(400, "Cannot do: draw models/best"), GENERATES)) {
      var model = model(gemini.url(), ThinkingLevel.MINIMAL, noneRetired(), "best", "second");

      assertThat(generate(model, "draw models/best")).isEqualTo(new Broken("status 400 from best"));
      assertGenerated(generate(model, PROMPT), "image/png");

      assertThat(models(gemini)).containsExactly("best", "best");
    }
  }

  @ParameterizedTest
  @EnumSource(ThinkingLevel.class)
  void a_thinking_level_is_sent_only_to_models_that_support_it(ThinkingLevel level)
      throws JsonProcessingException {
    try (var gemini = answering(status(429), GENERATES)) {
      var model =
          model(
              gemini.url(),
              level,
              noneRetired(),
              "gemini-nano-banana-2.1",
              "gemini-3.1-flash-lite-image");

      assertGenerated(generate(model, PROMPT), "image/png");

      var thinking = new ArrayList<JsonNode>();
      for (var call : gemini.calls()) {
        thinking.add(
            new ObjectMapper().readTree(call.body()).at("/generationConfig/thinkingConfig"));
      }
      assertThat(thinking.get(0).toString())
          .isEqualTo("{\"thinkingLevel\":\"" + level.name() + "\"}");
      assertThat(thinking.get(1).isMissingNode()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {"none, MEDIUM", "' ', MEDIUM", "minimal, MINIMAL", "medium, MEDIUM", "high, HIGH"})
  void the_thinking_level_is_that_of_the_setting_or_the_default(
      @Nullable String setting, ThinkingLevel level) {
    var environment =
        new Environment(setting == null ? Map.of() : Map.of("GEMINI_THINKING_LEVEL", setting));

    assertThat(ThinkingLevel.of(environment, ThinkingLevel.MEDIUM)).isEqualTo(level);
  }

  @ParameterizedTest
  @ValueSource(strings = {"low", "MINIMAL", "0"})
  void an_unknown_thinking_level_is_an_invalid_setting(String setting) {
    var environment = new Environment(Map.of("GEMINI_THINKING_LEVEL", setting));

    assertThatThrownBy(() -> ThinkingLevel.of(environment, ThinkingLevel.MEDIUM))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting GEMINI_THINKING_LEVEL must be minimal, medium or high");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 500})
  void after_another_failure_the_next_model_is_not_tried(int status) {
    try (var gemini = answering(status(status))) {

      var answer = generate(gemini, AMPLE, "best", "second");

      assertThat(answer).isEqualTo(new Broken("status " + status + " from best"));
      assertThat(models(gemini)).containsOnly("best");
    }
  }

  @Test
  void trying_the_next_model_does_not_count_as_the_retry() {
    try (var gemini = answering(status(404), status(500), GENERATES)) {

      var answer = generate(gemini, AMPLE, "best", "second");

      assertGenerated(answer, "image/png");
      assertThat(models(gemini)).containsExactly("best", "second", "second");
    }
  }

  @ParameterizedTest
  @CsvSource({"503, 4", "429, 4", "404, 3", "500, 2", "400, 1"})
  void there_is_at_most_one_call_more_than_models(int status, int calls) {
    try (var gemini = answering(status(status))) {

      var answer = generate(gemini, AMPLE, "best", "second", "third");

      assertThat(answer).isInstanceOf(NoImage.class);
      assertThat(gemini.calls()).hasSize(calls);
    }
  }

  static Stream<Case> hangs() {
    return Stream.of(
        new Case("before the response", hanging()),
        new Case("in the response", hangingInItsBody()));
  }

  @ParameterizedTest
  @MethodSource("hangs")
  void a_call_that_hangs_times_out_at_the_deadline(Case hang) {
    try (var gemini = answering(hang.answer(), GENERATES)) {
      var started = System.nanoTime();

      var answer = generate(gemini, Duration.ofMillis(1_200), "best", "second");

      assertThat(answer).isEqualTo(new TimedOut("no response from best"));
      assertThat(since(started)).isBetween(Duration.ofMillis(1_100), Duration.ofMillis(2_200));
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  @Test
  void the_retry_times_out_at_the_deadline_too() {
    try (var gemini = answering(status(500), hanging())) {
      var started = System.nanoTime();

      var answer = generate(gemini, Duration.ofSeconds(2), "best");

      assertThat(answer).isEqualTo(new TimedOut("no response from best"));
      assertThat(since(started)).isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(3));
      assertThat(gemini.calls()).hasSize(2);
    }
  }

  @Test
  void a_model_is_not_called_if_too_little_time_is_left() {
    try (var gemini = answering(GENERATES)) {

      var answer = generate(gemini, Duration.ofMillis(100), "best");

      assertThat(answer).isEqualTo(new TimedOut("no time left for best"));
      assertThat(gemini.calls()).isEmpty();
    }
  }

  @Test
  void a_transient_failure_is_not_retried_if_too_little_time_is_left() {
    try (var gemini = answering(status(500), GENERATES)) {

      var answer = generate(gemini, Duration.ofMillis(950), "best");

      assertThat(answer).isEqualTo(new Broken("status 500 from best"));
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  static Stream<Case> brokenConnections() {
    return Stream.of(
        new Case("before the response", closing()),
        new Case("in the response", closingInItsBody()));
  }

  @ParameterizedTest
  @MethodSource("brokenConnections")
  void a_broken_connection_is_retried(Case broken) {
    try (var gemini = answering(broken.answer(), GENERATES)) {

      var answer = generate(gemini, AMPLE, "best");

      assertGenerated(answer, "image/png");
      assertThat(gemini.calls()).hasSize(2);
    }
  }

  @ParameterizedTest
  @MethodSource("brokenConnections")
  void a_connection_that_breaks_twice_is_reported_as_broken(Case broken) {
    try (var gemini = answering(broken.answer())) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isInstanceOf(Broken.class);
      assertThat(gemini.calls()).hasSize(2);
    }
  }

  @Test
  void a_server_that_refuses_connections_is_reported_as_broken() {
    var gemini = answering(GENERATES);
    gemini.close();

    var answer = generate(gemini, AMPLE, "best");

    assertThat(answer).isInstanceOf(Broken.class);
  }

  static Stream<Case> answersWithoutPicture() {
    return Stream.of(
        answer("text only", candidate("STOP", text("Here is " + PROMPT))),
        answer("no parts", candidate("STOP")),
        answer("an empty candidate", "{\"candidates\": [{}]}"),
        answer("an empty list of candidates", "{\"candidates\": []}"),
        answer("no candidates", "{}"),
        answer("null candidates", "{\"candidates\": null}"),
        answer("feedback without a reason", "{\"promptFeedback\": {}}"),
        answer("an unknown finish reason", candidate("A_NEW_" + PROMPT)),
        answer("a finish reason that is no refusal", candidate("MAX_TOKENS")),
        answer("an empty picture", candidate("STOP", inlineData("image/png", ""))),
        answer("no image", candidate("STOP", inlineData("text/plain", "aGk="))),
        answer("bad base64", candidate("STOP", inlineData("image/png", "%%%" + PROMPT))),
        answer("cut base64", candidate("STOP", inlineData("image/png", "abcde"))),
        answer("only a thought", candidate("STOP", "{\"thought\": true, \"text\": \"\"}")),
        answer("a list", "[]"),
        answer("a text", "\"" + PROMPT + "\""),
        answer("null", "null"),
        answer("candidates of another shape", "{\"candidates\": \"" + PROMPT + "\"}"),
        answer("not JSON", "<html>" + PROMPT + "</html>"),
        answer("half of JSON", "{\"candidates\": [{\"content\": "),
        answer("an empty body", ""));
  }

  @ParameterizedTest
  @MethodSource("answersWithoutPicture")
  void a_response_without_a_picture_is_broken_and_not_retried(Case useless) {
    try (var gemini = answering(useless.answer(), GENERATES)) {

      var answer = generate(gemini, AMPLE, "best", "second");

      assertThat(answer).isInstanceOf(Broken.class);
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  static Stream<Case> refusals() {
    return Stream.of(
        answer("blocked for SAFETY", "{\"promptFeedback\": {\"blockReason\": \"SAFETY\"}}"),
        answer(
            "blocked for a new reason", "{\"promptFeedback\": {\"blockReason\": \"A_NEW_ONE\"}}"),
        answer(
            "blocked with a message",
            """
            {"candidates": [],
             "promptFeedback": {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": "%s"}}"""
                .formatted(PROMPT)),
        answer("finished with SAFETY", candidate("SAFETY")),
        answer("finished with IMAGE_SAFETY", candidate("IMAGE_SAFETY")),
        answer("finished with PROHIBITED_CONTENT", candidate("PROHIBITED_CONTENT")),
        answer("finished with IMAGE_PROHIBITED_CONTENT", candidate("IMAGE_PROHIBITED_CONTENT")),
        answer("finished with NO_IMAGE", candidate("NO_IMAGE")),
        answer("finished with SAFETY and a text", candidate("SAFETY", text("No " + PROMPT))),
        answer(
            "finished with a message",
            """
            {"candidates": [{"finishReason": "IMAGE_SAFETY", "finishMessage": "%s"}]}"""
                .formatted(PROMPT)));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void a_refusal_for_safety_is_final(Case refusal) {
    try (var gemini = answering(refusal.answer(), GENERATES)) {

      var answer = generate(gemini, AMPLE, "best", "second");

      assertThat(answer).isInstanceOf(Refused.class);
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  static Stream<Case> everyFailure() {
    return Stream.of(
            Stream.of(400, 404, 429, 500, 503).map(code -> new Case("" + code, status(code))),
            hangs(),
            brokenConnections(),
            answersWithoutPicture(),
            refusals())
        .flatMap(failures -> failures);
  }

  private static Case answer(String name, String body) {
    return new Case(name, json(body));
  }

  @ParameterizedTest
  @MethodSource("everyFailure")
  void a_cause_never_contains_the_prompt_the_key_or_the_text_of_the_model(Case failure) {
    try (var gemini = answering(failure.answer())) {

      var answer = generate(gemini, Duration.ofSeconds(1), "best");

      assertThat(answer).isInstanceOf(NoImage.class);
      assertThat(((NoImage) answer).cause())
          .doesNotContainIgnoringCase(PROMPT)
          .doesNotContain("samurai", "the-key", "cannot do")
          .hasSizeLessThan(100);
    }
  }

  static ModelAnswer generate(FakeGemini gemini, Duration time, String... models) {
    var model = model(gemini.url(), ThinkingLevel.MINIMAL, noneRetired(), models);
    return generate(model, PROMPT, time);
  }

  private static ModelAnswer generate(GeminiImageModel model, String prompt) {
    return generate(model, prompt, AMPLE);
  }

  private static ModelAnswer generate(GeminiImageModel model, String prompt, Duration time) {
    return model.generate(
        request(prompt, AspectRatio.RATIO_1_1, ImageSize.SIZE_1K), Instant.now().plus(time));
  }

  private static PictureRequest request(String prompt, AspectRatio ratio, ImageSize size) {
    var photo = new Image(new ContentType("image/jpeg"), PHOTO);
    return new PictureRequest(photo, new VariationPrompt(prompt), ratio, size);
  }

  private static GeminiImageModel model(
      URI url, ThinkingLevel thinking, RetiredModels retired, String... models) {
    return GeminiImageModel.open(
        "the-key", url, List.of(models), thinking, retired, Clock.systemUTC());
  }

  private static RetiredModels noneRetired() {
    var nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new RetiredModels(new Log(nowhere, "test"), Clock.systemUTC());
  }

  private static void assertGenerated(ModelAnswer answer, String type) {
    assertThat(answer).isInstanceOf(Generated.class);
    var image = ((Generated) answer).image();
    assertThat(image.contentType()).isEqualTo(new ContentType(type));
    assertThat(image.bytes()).isEqualTo(PICTURE);
  }

  private static List<String> models(FakeGemini gemini) {
    return gemini.calls().stream()
        .map(Call::path)
        .map(path -> path.replaceAll("^/v1beta/models/|:generateContent$", ""))
        .toList();
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  private static byte[] randomBytes(long seed, int length) {
    var bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static final class MovableClock implements InstantSource {
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");

    void advance(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
