package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
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
 * A model that answers late, or not at all. The functions have 6 s here instead of 29, so that
 * tests do.
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
  void a_model_that_hangs_is_a_timeout_and_costs_nothing() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.hangs());

    var answer = api.generate(email);

    assertThat(answer.said())
        .isEqualTo(
            "504 {\"detail\":\"Image generation failed: the model did not answer in time. Nothing"
                + " was charged.\",\"error_code\":\"MODEL_TIMEOUT\"}");
    assertThat(api.gemini.calls()).hasSize(3);
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @Test
  void a_model_that_answers_before_the_deadline_is_waited_for() {
    var email = api.customer();
    api.gemini.drawsAfter(Duration.ofMillis(500));

    var answer = api.generate(email);

    assertThat(answer.images()).hasSize(3);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void a_model_that_is_too_slow_for_a_caller_who_waits_draws_for_one_who_does_not() {
    var email = api.customer();
    api.gemini.drawsAfter(Duration.ofSeconds(4));

    var waited = api.generate(email);
    var queued =
        api.send(
            api.request("/api/generate")
                .header("Content-Type", Form.CONTENT_TYPE)
                .header("Prefer", "respond-async")
                .POST(BodyPublishers.ofByteArray(Form.order(email).bytes())));
    var place = queued.header("location");
    var looked = api.get(place);
    while (looked.json().path("status").asText().equals("pending")) {
      looked = api.get(place);
    }

    assertThat(waited.refusal()).isEqualTo("504 MODEL_TIMEOUT");
    assertThat(queued.status()).isEqualTo(202);
    assertThat(looked.images()).hasSize(3);
    assertThat(api.statement(email))
        .containsExactly("usage -3", "refund 3", "usage -3", "purchase 10");
  }

  @Test
  void what_is_there_by_the_deadline_is_delivered_and_the_rest_refunded() {
    var email = api.customer();
    api.gemini.follows(call -> call.variation() == 0 ? FakeGemini.hangs() : FakeGemini.draws(call));

    var answer = api.generate(email);

    assertThat(answer.images().stream().map(api::image))
        .containsExactly("200 image/jpeg second picture", "200 image/webp third picture");
    assertThat(answer.json().path("credits_remaining").intValue()).isEqualTo(8);
    assertThat(api.statement(email)).containsExactly("refund 1", "usage -3", "purchase 10");
  }

  @Test
  void models_that_ask_for_more_patience_than_there_is_are_overloaded() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.status(503, Map.of("Retry-After", "3")));

    var answer = api.generate(email);

    assertThat(answer.refusal()).isEqualTo("503 MODEL_OVERLOADED");
    assertThat(answer.header("retry-after")).isEqualTo("3");
    // Three pictures, and each of the two models of the default once for each.
    assertThat(api.gemini.calls()).hasSize(6);
    assertThat(api.balance(email)).isEqualTo(10);
  }
}
