package dev.photocredits.lambda;

import dev.photocredits.values.Credits;

/** The price of a generation. */
public final class GenerationPrice {
  private static final int MOST = 10_000;

  private GenerationPrice() {}

  /** Reads {@code CREDITS_PER_GENERATION}; 3 credits if it is absent. */
  public static Credits of(Environment environment) {
    return new Credits(environment.number("CREDITS_PER_GENERATION", 3, 1, MOST));
  }
}
