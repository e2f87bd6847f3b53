package dev.photocredits.systemtests.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.Form;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests are checked in the order of what the checks cost, and the photo is checked last. */
final class RefusalOrderTest {
  private static final byte[] BROKEN = {1, 2, 3};

  @Test
  void each_check_comes_before_the_one_that_costs_more() {
    try (var api = Api.start(Map.of("GENERATION_HOURLY_LIMIT", "1"))) {
      var rich = api.customer();
      var poor = Api.newEmail();
      assertThat(api.get("/api/credits/" + poor).status()).isEqualTo(200);
      var text = Form.request(Api.newEmail()).file("image", "text/plain", BROKEN);

      assertThat(api.generate(text.text("prompt", " ")).error()).isEqualTo("422 VALIDATION_ERROR");
      assertThat(api.generate(text.text("prompt", "a sailor")).error())
          .isEqualTo("400 BAD_REQUEST");
      assertThat(api.generate(broken(Api.newEmail())).error()).isEqualTo("404 USER_NOT_FOUND");
      assertThat(api.generate(broken(poor)).error()).isEqualTo("402 INSUFFICIENT_CREDITS");
      assertThat(api.generate(broken(rich)).error()).isEqualTo("415 UNSUPPORTED_IMAGE");
      assertThat(api.generate(broken(rich)).error()).isEqualTo("429 RATE_LIMITED");

      assertThat(api.balance(rich)).isEqualTo(10);
      assertThat(api.gemini.calls()).isEmpty();
    }
  }

  @Test
  void a_repeat_is_recognized_before_the_balance_and_the_limits_are_checked() {
    try (var api =
        Api.start(Map.of("GENERATION_HOURLY_LIMIT", "1", "CREDITS_PER_GENERATION", "10"))) {
      var email = api.customer();
      var first = api.generate(Form.request(email), "key-1");

      var repeat = api.generate(Form.request(email), "key-1");
      var other = api.generate(Form.request(email).text("prompt", "a pirate"), "key-1");
      var unrelated = api.generate(Form.request(email), "key-2");

      assertThat(first.status()).isEqualTo(200);
      assertThat(repeat.status()).isEqualTo(200);
      assertThat(repeat.header("x-generation-id")).isEqualTo(first.header("x-generation-id"));
      assertThat(other.error()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
      assertThat(unrelated.error()).isEqualTo("402 INSUFFICIENT_CREDITS");
      assertThat(api.gemini.calls()).hasSize(3);
    }
  }

  private static Form broken(String email) {
    return Form.request(email).file("image", "image/png", BROKEN);
  }
}
