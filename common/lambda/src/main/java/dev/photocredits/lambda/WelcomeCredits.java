package dev.photocredits.lambda;

import dev.photocredits.values.Credits;

/** The credits of a new user. */
public final class WelcomeCredits {
  private static final int MOST = 1_000_000;

  private WelcomeCredits() {}

  /** Reads {@code WELCOME_CREDITS}; no credits if it is absent. */
  public static Credits of(Environment environment) {
    return new Credits(environment.number("WELCOME_CREDITS", 0, 0, MOST));
  }
}
