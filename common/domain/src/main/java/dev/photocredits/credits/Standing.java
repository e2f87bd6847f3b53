package dev.photocredits.credits;

import java.time.Instant;

/**
 * How a user stands: what a {@link Journal} is computed from.
 *
 * @param lots the part of the credits that expires
 * @param reversals what the reversals of their payments have left open
 */
public record Standing(Credits credits, Lots lots, OpenReversals reversals) {
  /** Of a user without credits that expire, and without open reversals. */
  public static final Standing PLAIN = new Standing(Credits.NONE, Lots.NONE, OpenReversals.NONE);

  public static Standing of(User user) {
    return new Standing(user.credits(), user.lots(), user.reversals());
  }

  Credits available(Instant now) {
    return credits.minus(lots.expired(now).credits());
  }
}
