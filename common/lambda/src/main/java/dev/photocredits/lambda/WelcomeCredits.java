package dev.photocredits.lambda;

import dev.photocredits.credits.Credits;

/** What a new user starts with. */
public final class WelcomeCredits {
  private static final int MOST = 1_000_000;

  private WelcomeCredits() {}

  /** By {@code WELCOME_CREDITS}; none unless that says so. */
  public static Credits of(Environment environment) {
    return new Credits(environment.number("WELCOME_CREDITS", 0, 0, MOST));
  }
}
