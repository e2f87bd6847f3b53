package dev.photocredits.systemtests.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.fakes.FakeGemini;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which model is called, and how. */
final class ModelsTest {
  private static final Map<String, String> THREE =
      Map.of(
          "CREDITS_PER_GENERATION", "5",
          "GEMINI_MODEL", "best-model, second-model ,third-model");

  @ParameterizedTest
  @ValueSource(ints = {404, 429, 503})
  void a_retired_or_overloaded_model_falls_through_to_the_next(int status) {
    try (var api = Api.start(THREE)) {
      var email = api.customer();
      api.gemini.follows(call -> answersWith(status, call, "best-model"));

      var response = api.generate(email);

      assertThat(response.images()).hasSize(3);
      assertThat(models(api, 0)).endsWith("second-model");
      assertThat(api.balance(email)).isEqualTo(5);
    }
  }

  @Test
  void a_retired_model_is_not_called_for_the_next_generation() {
    try (var api = Api.start(THREE)) {
      api.gemini.follows(call -> answersWith(404, call, "best-model"));
      assertThat(api.generate(api.customer()).images()).hasSize(3);
      api.gemini.follows(call -> answersWith(404, call, "best-model"));

      assertThat(api.generate(api.customer()).images()).hasSize(3);

      assertThat(api.gemini.calls())
          .hasSize(3)
          .extracting(FakeGemini.Call::model)
          .containsOnly("second-model");
    }
  }

  @Test
  void an_overloaded_model_is_called_first_for_the_next_generation() {
    try (var api = Api.start(THREE)) {
      api.gemini.follows(call -> answersWith(429, call, "best-model"));
      assertThat(api.generate(api.customer()).images()).hasSize(3);
      api.gemini.generates();

      assertThat(api.generate(api.customer()).images()).hasSize(3);

      assertThat(api.gemini.calls()).extracting(FakeGemini.Call::model).containsOnly("best-model");
    }
  }

  @Test
  void without_another_model_the_last_error_counts() {
    try (var api = Api.start(THREE)) {
      var email = api.customer();
      api.gemini.answers(FakeGemini.status(404));

      var response = api.generate(email);

      assertThat(response.error()).isEqualTo("500 IMAGE_GENERATION_FAILED");
      assertThat(api.statement(email)).containsExactly("refund 5", "usage -5", "purchase 10");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 500})
  void other_failures_do_not_fall_through_to_the_next_model(int status) {
    try (var api = Api.start(THREE)) {
      api.gemini.answers(FakeGemini.status(status));

      var response = api.generate(api.customer());

      assertThat(response.error()).isEqualTo("500 IMAGE_GENERATION_FAILED");
      assertThat(api.gemini.calls()).extracting(FakeGemini.Call::model).containsOnly("best-model");
    }
  }

  @ParameterizedTest
  @CsvSource({"'', MINIMAL, MEDIUM", "high, HIGH, HIGH"})
  void the_thinking_level_is_lower_for_waiting_callers_unless_it_is_configured(
      String setting, String waiting, String queued) {
    var settings = new HashMap<String, String>();
    settings.put("GEMINI_THINKING_LEVEL", setting);
    try (var api = Api.start(settings)) {
      var email = api.customer();

      assertThat(api.generate(email).status()).isEqualTo(200);
      var whileWaiting = levels(api);
      api.gemini.generates();
      var byTheWorker =
          api.request("/api/generate")
              .header("Content-Type", Form.CONTENT_TYPE)
              .header("Prefer", "respond-async, wait=20")
              .POST(BodyPublishers.ofByteArray(Form.request(email).bytes()));
      assertThat(api.send(byTheWorker).status()).isEqualTo(200);

      assertThat(whileWaiting).containsOnly(waiting);
      assertThat(levels(api)).containsOnly(queued);
    }
  }

  private static FakeGemini.Answer answersWith(int status, FakeGemini.Call call, String model) {
    return call.model().equals(model) ? FakeGemini.status(status) : FakeGemini.generates(call);
  }

  private static List<String> levels(Api api) {
    return api.gemini.calls().stream()
        .map(call -> call.body().at("/generationConfig/thinkingConfig/thinkingLevel").asText())
        .toList();
  }

  private static List<String> models(Api api, int variation) {
    return api.gemini.calls().stream()
        .filter(call -> call.variation() == variation)
        .map(FakeGemini.Call::model)
        .toList();
  }
}
