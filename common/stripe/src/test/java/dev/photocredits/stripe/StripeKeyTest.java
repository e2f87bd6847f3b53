package dev.photocredits.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of Stripe's keys a stage accepts. */
final class StripeKeyTest {
  private static final String SECRET = "51Secret";

  @ParameterizedTest
  @CsvSource({
    "production, sk_live_",
    "production, rk_live_",
    "development, sk_test_",
    "development, rk_test_",
    "staging, sk_test_"
  })
  void a_stage_accepts_keys_of_its_mode(String stage, String mode) {
    var settings = settings(stage, mode);

    assertThat(StripeKey.of(settings)).isEqualTo(mode + SECRET);
    assertThatCode(() -> StripeWebhook.of(settings, Clock.systemUTC())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk_test_", "rk_test_"})
  void production_rejects_a_test_key_with_an_error_that_does_not_contain_it(String mode) {
    var settings = settings("production", mode);

    assertThatThrownBy(() -> StripeKey.of(settings))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage(
            "setting STRIPE_SECRET_KEY is a test key, and production takes only live keys:"
                + " sk_live_… or rk_live_…");
  }

  @ParameterizedTest
  @CsvSource({"development, sk_live_", "staging, sk_live_", "test, rk_live_"})
  void every_other_stage_rejects_a_live_key_with_an_error_that_does_not_contain_it(
      String stage, String mode) {
    var settings = settings(stage, mode);

    assertThatThrownBy(() -> StripeKey.of(settings))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage(
            "setting STRIPE_SECRET_KEY is a live key, and only production takes one: use"
                + " sk_test_… or rk_test_… here");
  }

  @ParameterizedTest
  @CsvSource({"production, sk_test_", "staging, sk_live_"})
  void no_stripe_adapter_starts_with_a_key_of_the_wrong_mode(String stage, String mode) {
    var settings = settings(stage, mode);

    assertThatThrownBy(() -> StripePayments.of(settings)).isInstanceOf(InvalidSetting.class);
    assertThatThrownBy(() -> StripeHistory.of(settings)).isInstanceOf(InvalidSetting.class);
    assertThatThrownBy(() -> StripeWebhook.of(settings, Clock.systemUTC()))
        .isInstanceOf(InvalidSetting.class);
  }

  @ParameterizedTest
  @CsvSource({
    "sk_live_, ",
    "rk_live_, ",
    "sk_live_, https://api.stripe.com",
    "sk_live_, https://API.Stripe.com/",
    "sk_live_, https://api.stripe.com:443"
  })
  void without_tokens_no_live_key_is_accepted_at_stripe(String mode, @Nullable String apiBase) {
    var settings = open("production", mode, apiBase);

    assertThatThrownBy(() -> StripeKey.of(settings))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting AUTH_MODE is open, and with a live key of Stripe it must be jwt");
    assertThatThrownBy(() -> StripeWebhook.of(settings, Clock.systemUTC()))
        .isInstanceOf(InvalidSetting.class);
  }

  @ParameterizedTest
  @CsvSource({
    "development, sk_test_, ",
    "development, rk_test_, https://api.stripe.com",
    "production, sk_live_, http://127.0.0.1:12111",
    "production, rk_live_, https://stripe.com.example"
  })
  void without_tokens_test_keys_and_other_servers_are_accepted(
      String stage, String mode, @Nullable String apiBase) {
    var settings = open(stage, mode, apiBase);

    assertThat(StripeKey.of(settings)).isEqualTo(mode + SECRET);
  }

  private static Environment open(String stage, String mode, @Nullable String apiBase) {
    return new Environment(
        Map.of(
            "AUTH_MODE",
            "open",
            "ENVIRONMENT",
            stage,
            "STRIPE_API_BASE",
            apiBase == null ? "" : apiBase,
            "STRIPE_SECRET_KEY",
            mode + SECRET,
            "STRIPE_WEBHOOK_SECRET",
            "whsec_" + SECRET));
  }

  @Test
  void the_default_stage_development_rejects_a_live_key() {
    var settings = new Environment(Map.of("STRIPE_SECRET_KEY", "sk_live_" + SECRET));

    assertThatThrownBy(() -> StripeKey.of(settings)).isInstanceOf(InvalidSetting.class);
  }

  private static Environment settings(String stage, String mode) {
    return new Environment(
        Map.of(
            "ENVIRONMENT", stage,
            "STRIPE_SECRET_KEY", mode + SECRET,
            "STRIPE_WEBHOOK_SECRET", "whsec_" + SECRET));
  }
}
