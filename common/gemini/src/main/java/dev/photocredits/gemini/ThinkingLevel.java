package dev.photocredits.gemini;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How much a model reasons before it generates a picture. A higher level takes longer and costs
 * more, because reasoning is billed as output.
 */
public enum ThinkingLevel {
  MINIMAL,
  MEDIUM,
  HIGH;

  /**
   * The levels that each model supports. Other models are sent no level, because Google responds
   * with 400 to a level that a model does not support. {@code gemini-3.1-flash-lite-image} is not
   * listed: it reasons minimally by default and does not support the medium level.
   */
  private static final Map<String, Set<ThinkingLevel>> KNOWN_BY =
      Map.of("gemini-nano-banana-2.1", Set.of(MINIMAL, MEDIUM, HIGH));

  /** The level in {@code GEMINI_THINKING_LEVEL}, or the given one if the setting is absent. */
  static ThinkingLevel of(Environment environment, ThinkingLevel otherwise) {
    var setting = environment.text("GEMINI_THINKING_LEVEL", otherwise.setting());
    return Arrays.stream(values())
        .filter(level -> level.setting().equals(setting))
        .findFirst()
        .orElseThrow(
            () -> new InvalidSetting("GEMINI_THINKING_LEVEL", "must be minimal, medium or high"));
  }

  private String setting() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isKnownBy(String model) {
    return KNOWN_BY.getOrDefault(model, Set.of()).contains(this);
  }
}
