package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code GENERATION_ENABLED=false}: nothing new is drawn, and what was paid for is still there. */
final class TurnedOffTest {
  private static final String DISABLED =
      "503 {\"detail\":\"Image generation is turned off at present, please try again later."
          + " Nothing was charged.\",\"error_code\":\"GENERATION_DISABLED\"}";

  @TempDir private Path data;

  private String email;
  private Answer delivered;
  private Api api;

  @BeforeEach
  void draw_and_turn_off() {
    try (var before = Api.start(Map.of("DATA_DIR", data.toString()))) {
      email = before.customer();
      delivered = before.generate(Form.order(email), "delivered");
      before.gemini.answers(FakeGemini.text("no"));
      assertThat(before.generate(Form.order(email), "failed").status()).isEqualTo(500);
    }
    api = Api.start(Map.of("DATA_DIR", data.toString(), "GENERATION_ENABLED", "false"));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void an_order_is_refused_and_leaves_no_trace() {
    var before = api.stored();

    var refused = api.generate(email);
    var withKey = api.generate(Form.order(email), "new");
    var again = api.generate(Form.order(email), "failed");
    var unknown = api.generate(Api.somebody() + ".nobody");

    assertThat(refused.said()).isEqualTo(DISABLED);
    assertThat(refused.header("retry-after")).isEqualTo("600");
    assertThat(withKey.said()).isEqualTo(DISABLED);
    assertThat(again.said()).isEqualTo(DISABLED);
    assertThat(unknown.said()).isEqualTo(DISABLED);
    assertThat(api.stored()).isEqualTo(before);
    assertThat(api.gemini.calls()).isEmpty();
  }

  @Test
  void what_was_paid_for_is_still_shown() {
    var repeated = api.generate(Form.order(email), "delivered");
    var reused = api.generate(Form.order(email).text("prompt", "another"), "delivered");
    var gallery = api.get("/api/generations/" + email);

    assertThat(repeated.status()).isEqualTo(200);
    assertThat(repeated.header("x-generation-id")).isEqualTo(delivered.header("x-generation-id"));
    assertThat(repeated.images()).hasSize(3);
    assertThat(api.image(repeated.images().getFirst())).startsWith("200 image/png");
    assertThat(repeated.json().path("credits_remaining").intValue()).isEqualTo(7);
    assertThat(reused.refusal()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(gallery.json().path("generations")).hasSize(2);
  }

  @Test
  void what_is_wrong_with_an_order_is_told_first() {
    assertThat(api.generate(Form.order(email).text("prompt", " ")).refusal())
        .isEqualTo("422 VALIDATION_ERROR");
    assertThat(api.get("/api/credits/" + email).status()).isEqualTo(200);
  }
}
