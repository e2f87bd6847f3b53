package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
import dev.photocredits.checks.fakes.StripeEvent;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nobody takes more than their share of the model. */
final class LimitsTest {
  @Test
  void three_generations_may_be_under_way_and_a_fourth_is_told_to_wait() {
    try (var api = Api.start(Map.of("GENERATION_PENDING_LIMIT", ""))) {
      var email = api.customer();
      api.buys(email, StripeEvent.newSession());
      var goesOn = api.gemini.drawsLater();
      for (var i = 0; i < 3; i++) {
        assertThat(queued(api, email).status()).isEqualTo(202);
      }
      var balance = api.get("/api/credits/" + email);

      var refused = queued(api, email);
      var other = queued(api, api.customer());
      goesOn.countDown();

      assertThat(refused.said())
          .isEqualTo(
              "429 {\"detail\":\"There are 3 generations under way already, please try again"
                  + " later. Nothing was charged.\",\"error_code\":\"RATE_LIMITED\"}");
      assertThat(refused.header("retry-after")).isEqualTo("30");
      assertThat(other.status()).isEqualTo(202);
      assertThat(balance.said())
          .isEqualTo(
              "200 {\"credits\":11,\"email\":\"%s\",\"available\":11,\"pending\":9,\"expiring\":[]}"
                  .formatted(email));
      assertThat(api.balance(email)).isEqualTo(11);
    }
  }

  @Test
  void an_hour_has_its_bound_whatever_became_of_what_was_begun() {
    try (var api = Api.start(Map.of("GENERATION_HOURLY_LIMIT", "2"))) {
      var email = api.customer();
      api.gemini.answers(FakeGemini.status(500));
      assertThat(api.generate(email).status()).isEqualTo(500);
      assertThat(api.generate(email).status()).isEqualTo(500);

      var refused = api.generate(email);

      assertThat(refused.refusal()).isEqualTo("429 RATE_LIMITED");
      assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 3601);
      assertThat(api.balance(email)).isEqualTo(10);
    }
  }

  @Test
  void a_day_has_its_bound_for_everybody_together() {
    try (var api = Api.start(Map.of("MODEL_DAILY_PICTURES", "8"))) {
      var email = api.customer();
      assertThat(api.generate(Form.order(email), "key-1").status()).isEqualTo(200);
      assertThat(api.generate(api.customer()).status()).isEqualTo(200);

      var refused = api.generate(email);
      var repeat = api.generate(Form.order(email), "key-1");

      assertThat(refused.refusal()).isEqualTo("503 GENERATION_DISABLED");
      assertThat(repeat.status()).isEqualTo(200);
      assertThat(api.gemini.calls()).hasSize(6);
      assertThat(api.balance(email)).isEqualTo(7);
    }
  }

  private static Answer queued(Api api, String email) {
    return api.send(
        api.request("/api/generate")
            .header("Content-Type", Form.CONTENT_TYPE)
            .header("Prefer", "respond-async")
            .POST(BodyPublishers.ofByteArray(Form.order(email).bytes())));
  }
}
