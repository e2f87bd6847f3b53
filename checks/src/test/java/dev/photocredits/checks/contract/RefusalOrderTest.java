package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What is wrong with a request is told in the order of what it costs to find out, the photo last.
 */
final class RefusalOrderTest {
  private static final byte[] BROKEN = {1, 2, 3};

  @Test
  void each_check_comes_before_the_one_that_costs_more() {
    try (var api = Api.start(Map.of("GENERATION_HOURLY_LIMIT", "1"))) {
      var rich = api.customer();
      var poor = Api.somebody();
      assertThat(api.get("/api/credits/" + poor).status()).isEqualTo(200);
      var text = Form.order(Api.somebody()).file("image", "text/plain", BROKEN);

      assertThat(api.generate(text.text("prompt", " ")).refusal())
          .isEqualTo("422 VALIDATION_ERROR");
      assertThat(api.generate(text.text("prompt", "a sailor")).refusal())
          .isEqualTo("400 BAD_REQUEST");
      assertThat(api.generate(broken(Api.somebody())).refusal()).isEqualTo("404 USER_NOT_FOUND");
      assertThat(api.generate(broken(poor)).refusal()).isEqualTo("402 INSUFFICIENT_CREDITS");
      assertThat(api.generate(broken(rich)).refusal()).isEqualTo("415 UNSUPPORTED_IMAGE");
      assertThat(api.generate(broken(rich)).refusal()).isEqualTo("429 RATE_LIMITED");

      assertThat(api.balance(rich)).isEqualTo(10);
      assertThat(api.gemini.calls()).isEmpty();
    }
  }

  @Test
  void a_repeat_is_answered_before_balance_and_limits_are_looked_at() {
    try (var api =
        Api.start(Map.of("GENERATION_HOURLY_LIMIT", "1", "CREDITS_PER_GENERATION", "10"))) {
      var email = api.customer();
      var first = api.generate(Form.order(email), "key-1");

      var repeat = api.generate(Form.order(email), "key-1");
      var other = api.generate(Form.order(email).text("prompt", "a pirate"), "key-1");
      var unrelated = api.generate(Form.order(email), "key-2");

      assertThat(first.status()).isEqualTo(200);
      assertThat(repeat.status()).isEqualTo(200);
      assertThat(repeat.header("x-generation-id")).isEqualTo(first.header("x-generation-id"));
      assertThat(other.refusal()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
      assertThat(unrelated.refusal()).isEqualTo("402 INSUFFICIENT_CREDITS");
      assertThat(api.gemini.calls()).hasSize(3);
    }
  }

  private static Form broken(String email) {
    return Form.order(email).file("image", "image/png", BROKEN);
  }
}
