package dev.photocredits.credits;

import dev.photocredits.values.Credits;
import java.time.Instant;

/**
 * A user's balance, lots and open reversals, from which a {@link Journal} is computed.
 *
 * @param credits the balance
 * @param lots the part of the balance that expires
 * @param reversals what the reversals of the user's payments have left open
 */
public record Standing(Credits credits, Lots lots, OpenReversals reversals) {
  /** The standing of a user without credits and without open reversals. */
  public static final Standing PLAIN = new Standing(Credits.NONE, Lots.NONE, OpenReversals.NONE);

  public static Standing of(User user) {
    return new Standing(user.credits(), user.lots(), user.reversals());
  }

  Credits available(Instant now) {
    return credits.minus(lots.expired(now).credits());
  }
}
