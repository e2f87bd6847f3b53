package dev.photocredits.lambda;

import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.images.PictureOptions;

/** Reads the limits on what users can cause. Each limit is a setting, and 0 turns it off. */
public final class GenerationLimits {
  private GenerationLimits() {}

  /** All limits, for the function that starts generations. */
  public static Limits of(Environment environment) {
    return daily(environment)
        .with(Limit.PENDING, environment.number("GENERATION_PENDING_LIMIT", 3, 0, 99))
        .with(Limit.WAITING, environment.number("GENERATION_WAITING_LIMIT", 3, 0, 99))
        .with(Limit.HOURLY, environment.number("GENERATION_HOURLY_LIMIT", 60, 0, 9_999))
        .with(Limit.UNCHARGED, environment.number("MODEL_UNCHARGED_PICTURES", 60, 0, 10_000));
  }

  /** The daily limits on calls of the model, for every function that calls it. */
  public static Limits daily(Environment environment) {
    var day = environment.number("MODEL_DAILY_PICTURES", 600, 0, 1_000_000);
    var percent = environment.number("MODEL_DAILY_USER_PERCENT", 25, 0, 100);
    return Limits.NONE.with(Limit.DAILY, day).with(Limit.SHARE, share(day, percent));
  }

  // Rounded down, but large enough for one generation.
  private static int share(int day, int percent) {
    return day == 0 || percent == 0
        ? 0
        : Math.max(PictureOptions.MOST_VARIATIONS, Math.toIntExact((long) day * percent / 100));
  }
}
