package dev.photocredits.systemtests.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.fakes.FakeGemini;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model that answers late or not at all. The functions time out after 6 s instead of 29, so that
 * the tests are fast.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class DeadlineTest {
  private Api api;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    api = Api.start(folder, "Timeout: 29", "Timeout: 6");
  }

  @AfterAll
  void stop() {
    api.close();
  }

  @Test
  void a_model_that_hangs_causes_a_timeout_and_costs_nothing() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.hangs());

    var response = api.generate(email);

    assertThat(response.text())
        .isEqualTo(
            "504 {\"detail\":\"Image generation failed: the model did not answer in time. Nothing"
                + " was charged.\",\"error_code\":\"MODEL_TIMEOUT\"}");
    assertThat(api.gemini.calls()).hasSize(3);
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @Test
  void a_model_that_answers_before_the_deadline_succeeds() {
    var email = api.customer();
    api.gemini.generatesAfter(Duration.ofMillis(500));

    var response = api.generate(email);

    assertThat(response.images()).hasSize(3);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void a_model_that_is_too_slow_for_a_waiting_caller_succeeds_asynchronously() {
    var email = api.customer();
    api.gemini.generatesAfter(Duration.ofSeconds(4));

    var waiting = api.generate(email);
    var queued =
        api.send(
            api.request("/api/generate")
                .header("Content-Type", Form.CONTENT_TYPE)
                .header("Prefer", "respond-async")
                .POST(BodyPublishers.ofByteArray(Form.request(email).bytes())));
    var statusUrl = queued.header("location");
    var polled = api.get(statusUrl);
    while (polled.json().path("status").asText().equals("pending")) {
      polled = api.get(statusUrl);
    }

    assertThat(waiting.error()).isEqualTo("504 MODEL_TIMEOUT");
    assertThat(queued.status()).isEqualTo(202);
    assertThat(polled.images()).hasSize(3);
    assertThat(api.statement(email))
        .containsExactly("usage -3", "refund 3", "usage -3", "purchase 10");
  }

  @Test
  void pictures_that_are_ready_by_the_deadline_are_delivered_and_the_rest_is_refunded() {
    var email = api.customer();
    api.gemini.follows(
        call -> call.variation() == 0 ? FakeGemini.hangs() : FakeGemini.generates(call));

    var response = api.generate(email);

    assertThat(response.images().stream().map(api::image))
        .containsExactly("200 image/jpeg second picture", "200 image/webp third picture");
    assertThat(response.json().path("credits_remaining").intValue()).isEqualTo(8);
    assertThat(api.statement(email)).containsExactly("refund 1", "usage -3", "purchase 10");
  }

  @Test
  void models_whose_retry_after_exceeds_the_deadline_count_as_overloaded() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.status(503, Map.of("Retry-After", "3")));

    var response = api.generate(email);

    assertThat(response.error()).isEqualTo("503 MODEL_OVERLOADED");
    assertThat(response.header("retry-after")).isEqualTo("3");
    // Three pictures, each requested once from both default models.
    assertThat(api.gemini.calls()).hasSize(6);
    assertThat(api.balance(email)).isEqualTo(10);
  }
}
