package dev.photocredits.operator;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The names of all settings (docs/settings.md), to recognize a misspelled one. */
public final class SettingNames {
  private static final Set<String> ALL =
      Set.of(
          "ALLOWED_HOSTS",
          "AUTH_MODE",
          "BUCKET_NAME",
          "CHECKOUT_HOURLY_LIMIT",
          "CHECKOUT_LOOKUP_LIMIT",
          "CORS_ORIGINS",
          "CREDITS_PER_GENERATION",
          "PRICE_MULTIPLE_2K",
          "PRICE_MULTIPLE_4K",
          "DATA_DIR",
          "DIGEST_KEY",
          "DIGEST_SECRET_ID",
          "ENVIRONMENT",
          "FEEDBACK_HOURLY_LIMIT",
          "FRONTEND_URL",
          "GEMINI_API_KEY",
          "GEMINI_MODEL",
          "GEMINI_THINKING_LEVEL",
          "GENERATION_ENABLED",
          "GENERATION_HOURLY_LIMIT",
          "GENERATION_LEASE_SECONDS",
          "GENERATION_PENDING_LIMIT",
          "GENERATION_WAITING_LIMIT",
          "GOOGLE_GEMINI_BASE_URL",
          "IMAGE_URL_EXPIRY_SECONDS",
          "JWT_AUDIENCE",
          "JWT_ISSUER",
          "METRICS_NAMESPACE",
          "MODEL_DAILY_PICTURES",
          "MODEL_DAILY_USER_PERCENT",
          "MODEL_UNCHARGED_PICTURES",
          "ORIGIN_KEYS",
          "QUEUE_URL",
          "SANDBOX_DELAY_MS",
          "SECRET_ID",
          "STRIPE_ADAPTIVE_PRICING",
          "STRIPE_API_BASE",
          "STRIPE_SECRET_KEY",
          "STRIPE_WEBHOOK_SECRET",
          "SWEEP_INTERVAL_SECONDS",
          "TABLE_NAME",
          "UPLOAD_HOURLY_LIMIT",
          "WEBHOOK_URL",
          "WELCOME_CREDITS");

  /** A shorter name may differ in one letter only, because a shell has many short names. */
  private static final int LONG = 12;

  private SettingNames() {}

  /** A variable that is no setting, and the setting that it was probably meant to be. */
  public record Misspelled(String name, String meant) {
    @Override
    public String toString() {
      return name + " is not a setting. Did you mean " + meant + "?";
    }
  }

  /**
   * Returns the first variable whose name differs from a setting's in one letter, or in two if it
   * is long. A variable whose correct name is set as well does not count.
   */
  public static Optional<Misspelled> misspelled(Collection<String> variables) {
    var unknown = new TreeSet<>(variables);
    unknown.removeAll(ALL);
    return unknown.stream()
        .flatMap(
            name ->
                ALL.stream()
                    .filter(setting -> !variables.contains(setting))
                    .filter(setting -> isSimilar(name, setting))
                    .sorted()
                    .map(setting -> new Misspelled(name, setting)))
        .findFirst();
  }

  static List<String> all() {
    return ALL.stream().sorted().toList();
  }

  private static boolean isSimilar(String name, String setting) {
    return distance(name, setting) <= (setting.length() < LONG ? 1 : 2);
  }

  /** How many letters to insert, remove, replace or swap with their neighbour. */
  private static int distance(String from, String to) {
    var distances = new int[from.length() + 1][to.length() + 1];
    for (var i = 0; i <= from.length(); i++) {
      for (var j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          distances[i][j] = i + j;
          continue;
        }
        var isSame = from.charAt(i - 1) == to.charAt(j - 1);
        var least = Math.min(distances[i - 1][j], distances[i][j - 1]) + 1;
        least = Math.min(least, distances[i - 1][j - 1] + (isSame ? 0 : 1));
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          least = Math.min(least, distances[i - 2][j - 2] + 1);
        }
        distances[i][j] = least;
      }
    }
    return distances[from.length()][to.length()];
  }
}
