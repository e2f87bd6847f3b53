package dev.photocredits.credits;

import java.time.Instant;

/**
 * Credits of one grant that expire: what is left of them, or what an entry moved.
 *
 * @param grant the entry that brought them
 * @param expiresAt from then on they cannot be spent
 */
public record Lot(TransactionId grant, Credits left, Instant expiresAt) {

  boolean hasExpired(Instant now) {
    return !now.isBefore(expiresAt);
  }

  Lot with(int credits) {
    return new Lot(grant, new Credits(credits), expiresAt);
  }
}
