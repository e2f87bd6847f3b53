package dev.photocredits.stripe;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.Stage;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Stripe's secret key, of the mode that the stage takes: production takes no key of the test mode,
 * so that nobody buys with a test card there, and the other stages take none of the live mode, so
 * that no test charges a real card. Restricted keys ({@code rk_}) count alike.
 */
final class StripeKey {
  private static final String NAME = "STRIPE_SECRET_KEY";
  private static final Pattern TEST = Pattern.compile("[sr]k_test_.*");
  private static final Pattern LIVE = Pattern.compile("[sr]k_live_.*");

  private StripeKey() {}

  /**
   * The key that {@code STRIPE_SECRET_KEY} holds; throws {@link InvalidSetting} for a wrong one.
   */
  static String of(Environment environment) {
    var key = environment.text(NAME);
    check(key, Stage.of(environment));
    return key;
  }

  /** Whether the key, if there is one, is of the live mode; unknown of a key that does not tell. */
  static Optional<Boolean> isLive(Environment environment) {
    return environment
        .find(NAME)
        .filter(key -> LIVE.matcher(key).matches() || TEST.matcher(key).matches())
        .map(key -> LIVE.matcher(key).matches());
  }

  /** Throws {@link InvalidSetting} if the settings hold a key of the wrong mode. */
  static void checkIfPresent(Environment environment) {
    environment.find(NAME).ifPresent(key -> check(key, Stage.of(environment)));
  }

  private static void check(String key, Stage stage) {
    if (stage.isProduction() && TEST.matcher(key).matches()) {
      throw new InvalidSetting(
          NAME, "is a test key, and production takes only live keys: sk_live_… or rk_live_…");
    }
    if (!stage.isProduction() && LIVE.matcher(key).matches()) {
      throw new InvalidSetting(
          NAME, "is a live key, and only production takes one: use sk_test_… or rk_test_… here");
    }
  }
}
