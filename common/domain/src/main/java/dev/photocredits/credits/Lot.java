package dev.photocredits.credits;

import dev.photocredits.values.Credits;
import dev.photocredits.values.TransactionId;
import java.time.Instant;

/**
 * Credits of one grant that expire.
 *
 * @param grant the transaction that granted them
 * @param left the credits that remain; in a transaction, the credits that it added or withdrew
 * @param expiresAt the instant from which they cannot be spent
 */
public record Lot(TransactionId grant, Credits left, Instant expiresAt) {

  boolean hasExpired(Instant now) {
    return !now.isBefore(expiresAt);
  }

  Lot with(int credits) {
    return new Lot(grant, new Credits(credits), expiresAt);
  }
}
