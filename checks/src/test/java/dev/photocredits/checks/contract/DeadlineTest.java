package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A model that does not answer. The functions have 6 s here instead of 29, so that tests do. */
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
