package dev.photocredits.systemtests.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.fakes.FakeGemini;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code GENERATION_ENABLED=false} rejects new generations and keeps earlier ones available. */
final class TurnedOffTest {
  private static final String DISABLED =
      "503 {\"detail\":\"Image generation is currently turned off; please try again later."
          + " Nothing was charged.\",\"error_code\":\"GENERATION_DISABLED\"}";

  @TempDir private Path data;

  private String email;
  private ApiResponse delivered;
  private Api api;

  @BeforeEach
  void generate_and_turn_off() {
    try (var before = Api.start(Map.of("DATA_DIR", data.toString()))) {
      email = before.customer();
      delivered = before.generate(Form.request(email), "delivered");
      before.gemini.answers(FakeGemini.text("no"));
      assertThat(before.generate(Form.request(email), "failed").status()).isEqualTo(500);
    }
    api = Api.start(Map.of("DATA_DIR", data.toString(), "GENERATION_ENABLED", "false"));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void a_request_is_rejected_and_writes_nothing() {
    var before = api.stored();

    var refused = api.generate(email);
    var withKey = api.generate(Form.request(email), "new");
    var again = api.generate(Form.request(email), "failed");
    var unknown = api.generate(Api.newEmail() + ".unknown");

    assertThat(refused.text()).isEqualTo(DISABLED);
    assertThat(refused.header("retry-after")).isEqualTo("600");
    assertThat(withKey.text()).isEqualTo(DISABLED);
    assertThat(again.text()).isEqualTo(DISABLED);
    assertThat(unknown.text()).isEqualTo(DISABLED);
    assertThat(api.stored()).isEqualTo(before);
    assertThat(api.gemini.calls()).isEmpty();
  }

  @Test
  void earlier_generations_are_still_available() {
    var repeated = api.generate(Form.request(email), "delivered");
    var reused = api.generate(Form.request(email).text("prompt", "another"), "delivered");
    var gallery = api.get("/api/generations/" + email);

    assertThat(repeated.status()).isEqualTo(200);
    assertThat(repeated.header("x-generation-id")).isEqualTo(delivered.header("x-generation-id"));
    assertThat(repeated.images()).hasSize(3);
    assertThat(api.image(repeated.images().getFirst())).startsWith("200 image/png");
    assertThat(repeated.json().path("credits_remaining").intValue()).isEqualTo(7);
    assertThat(reused.error()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(gallery.json().path("generations")).hasSize(2);
  }

  @Test
  void an_invalid_request_is_rejected_as_invalid() {
    assertThat(api.generate(Form.request(email).text("prompt", " ")).error())
        .isEqualTo("422 VALIDATION_ERROR");
    assertThat(api.get("/api/credits/" + email).status()).isEqualTo(200);
  }
}
