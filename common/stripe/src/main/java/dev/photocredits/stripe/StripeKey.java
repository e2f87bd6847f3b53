package dev.photocredits.stripe;

import dev.photocredits.http.Access;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.Stage;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Stripe's secret key. Its mode must fit the stage: production rejects test keys, so that no
 * customer can buy with a test card, and all other stages reject live keys, so that no test charges
 * a real card. A live key at Stripe itself also needs tokens: with {@code AUTH_MODE=open}, any
 * caller could act for any customer. The same holds for restricted keys ({@code rk_…}).
 */
final class StripeKey {
  private static final String NAME = "STRIPE_SECRET_KEY";
  private static final Pattern TEST = Pattern.compile("[sr]k_test_.*");
  private static final Pattern LIVE = Pattern.compile("[sr]k_live_.*");

  private StripeKey() {}

  /** The key in {@code STRIPE_SECRET_KEY}; throws {@link InvalidSetting} if its mode is wrong. */
  static String of(Environment environment) {
    var key = environment.text(NAME);
    check(key, environment);
    return key;
  }

  /** Whether the key is a live key; empty if there is no key or it does not show its mode. */
  static Optional<Boolean> isLive(Environment environment) {
    return environment
        .find(NAME)
        .filter(key -> LIVE.matcher(key).matches() || TEST.matcher(key).matches())
        .map(key -> LIVE.matcher(key).matches());
  }

  /** Throws {@link InvalidSetting} if there is a key and its mode is wrong. */
  static void checkIfPresent(Environment environment) {
    environment.find(NAME).ifPresent(key -> check(key, environment));
  }

  private static void check(String key, Environment environment) {
    var stage = Stage.of(environment);
    var isLive = LIVE.matcher(key).matches();
    if (stage.isProduction() && TEST.matcher(key).matches()) {
      throw new InvalidSetting(
          NAME, "is a test key, and production takes only live keys: sk_live_… or rk_live_…");
    }
    if (!stage.isProduction() && isLive) {
      throw new InvalidSetting(
          NAME, "is a live key, and only production takes one: use sk_test_… or rk_test_… here");
    }
    if (isLive && Access.isOpen(environment) && isAtStripe(environment)) {
      throw new InvalidSetting(
          "AUTH_MODE", "is open, and with a live key of Stripe it must be jwt");
    }
  }

  private static boolean isAtStripe(Environment environment) {
    var host = StripeCalls.url(environment).getHost().toLowerCase(Locale.ROOT);
    return host.equals("stripe.com") || host.endsWith(".stripe.com");
  }
}
