package dev.photocredits.gemini;

import static dev.photocredits.gemini.FakeGemini.answering;
import static dev.photocredits.gemini.FakeGemini.error;
import static dev.photocredits.gemini.FakeGemini.recorded;
import static dev.photocredits.gemini.FakeGemini.status;
import static dev.photocredits.gemini.GeminiImageModelTest.generate;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.gemini.FakeGemini.Call;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelAnswer.Overloaded;
import dev.photocredits.images.ModelAnswer.PhotoRejected;
import dev.photocredits.images.ModelAnswer.TimedOut;
import dev.photocredits.lambda.ScriptedServer.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Google's errors (google.rpc.Status in JSON) about waits, timeouts and photos. */
final class ErrorResponsesTest {
  private static final Duration AMPLE = Duration.ofSeconds(10);

  @Test
  void a_wait_beyond_the_deadline_is_reported_without_a_retry() {
    try (var gemini = answering(recorded("429-retryinfo-37s"))) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new Overloaded("status 429 from best", Duration.ofSeconds(37)));
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  @Test
  void the_shortest_wait_of_all_models_is_reported() {
    try (var gemini =
        answering(busy("3600s"), busy("37s"), status(404), recorded("504-deadline"))) {

      var answer = generate(gemini, AMPLE, "best", "second", "third", "fourth");

      assertThat(answer)
          .isEqualTo(new Overloaded("status 429 from second", Duration.ofSeconds(37)));
      assertThat(gemini.calls()).extracting(Call::path).startsWith(path("best"), path("second"));
    }
  }

  @Test
  void the_wait_in_the_body_takes_precedence_over_the_header() {
    Answer answers =
        exchange -> {
          exchange.getResponseHeaders().set("retry-after", "5");
          busy("37s").to(exchange);
        };
    try (var gemini = answering(answers)) {

      var answer = generate(gemini, Duration.ofSeconds(4), "best");

      assertThat(answer).isEqualTo(new Overloaded("status 429 from best", Duration.ofSeconds(37)));
    }
  }

  @ParameterizedTest
  @CsvSource({"11s, 11", "10.2s, 11", "11.000000001s, 12", "86399.5s, 86400"})
  void a_wait_is_rounded_up_to_whole_seconds(String wait, int seconds) {
    try (var gemini = answering(busy(wait))) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer)
          .isEqualTo(new Overloaded("status 429 from best", Duration.ofSeconds(seconds)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "37", "-37s", "soon", "1e3s", "99999999999999s"})
  void an_invalid_wait_is_ignored(String wait) {
    try (var gemini = answering(busy(wait))) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new Overloaded("status 429 from best", Duration.ofSeconds(30)));
      assertThat(gemini.calls()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "\"no\"",
        "{\"error\":null}",
        "{\"error\":{\"details\":null}}",
        "{\"error\":{\"details\":[null, 7, {\"@type\":null}]}}",
        "{\"error\":{\"details\":["
      })
  void an_error_without_a_readable_body_counts_by_its_status(String body) {
    try (var gemini = answering(reply(429, body))) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new Overloaded("status 429 from best", Duration.ofSeconds(30)));
    }
  }

  @Test
  void a_504_response_is_a_timeout() {
    try (var gemini = answering(recorded("504-deadline"))) {

      var answer = generate(gemini, AMPLE, "best", "second");

      assertThat(answer).isEqualTo(new TimedOut("status 504 from best"));
      assertThat(gemini.calls()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {499, 500, 503})
  void a_deadline_exceeded_error_is_a_timeout_whatever_its_http_status(int status) {
    var passed =
        """
        {"error": {"code": %d, "message": "Deadline expired.", "status": "DEADLINE_EXCEEDED"}}"""
            .formatted(status);
    try (var gemini = answering(reply(status, passed))) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new TimedOut("status " + status + " from best"));
    }
  }

  @Test
  void a_400_about_the_photo_rejects_it_without_a_further_call() {
    try (var gemini = answering(recorded("400-input-image"))) {

      var answer = generate(gemini, AMPLE, "best", "second");

      assertThat(answer).isEqualTo(new PhotoRejected("status 400 from best"));
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Provided image is not valid",
        "Provided image is not valid.",
        "Unsupported MIME type: image/heif"
      })
  void other_messages_about_the_photo_reject_it_too(String message) {
    try (var gemini = answering(error(400, message))) {

      assertThat(generate(gemini, AMPLE, "best"))
          .isEqualTo(new PhotoRejected("status 400 from best"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, Request contains an invalid argument.",
    "400, Invalid image size: 512.",
    "400, API key not valid. Please pass a valid API key.",
    "403, Provided image is not valid."
  })
  void an_error_about_something_else_does_not_reject_the_photo(int status, String message) {
    try (var gemini = answering(error(status, message))) {

      var answer = generate(gemini, AMPLE, "best");

      assertThat(answer).isEqualTo(new Broken("status " + status + " from best"));
    }
  }

  private static Answer busy(String retryDelay) {
    var type = "type.googleapis.com/google.rpc.";
    var details =
        """
        {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [
          {"@type": "%sHelp", "retryDelay": "1s"}, {"@type": "%sRetryInfo", "retryDelay": "%s"}]}}"""
            .formatted(type, type, retryDelay);
    return reply(429, details);
  }

  private static Answer reply(int status, String body) {
    return exchange -> {
      exchange.sendResponseHeaders(status, 0);
      exchange.getResponseBody().write(body.getBytes(UTF_8));
    };
  }

  private static String path(String model) {
    return "/v1beta/models/" + model + ":generateContent";
  }
}
