package dev.photocredits.gemini;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How much a model reasons before it generates a picture. More of it takes longer and is billed as
 * output.
 */
public enum ThinkingLevel {
  MINIMAL,
  MEDIUM,
  HIGH;

  /**
   * The levels of each model that takes any. To others none is sent: Google answers 400 for a level
   * that a model does not know. {@code gemini-3.1-flash-lite-image} is left out, since it thinks
   * minimally by itself and knows no medium level.
   */
  private static final Map<String, Set<ThinkingLevel>> KNOWN_BY =
      Map.of("gemini-nano-banana-2.1", Set.of(MINIMAL, MEDIUM, HIGH));

  /** The level that {@code GEMINI_THINKING_LEVEL} names, or that one where it names none. */
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
