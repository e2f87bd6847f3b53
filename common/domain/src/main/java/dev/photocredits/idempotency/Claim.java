package dev.photocredits.idempotency;

import dev.photocredits.credits.Email;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * That a user's key stands for one request, and for what became of it.
 *
 * @param request what was asked for under the key
 * @param result the id of what the request made
 * @param expiresAt when the key is free again, whether or not the claim is still kept
 */
public record Claim(
    Email owner,
    Scope scope,
    IdempotencyKey key,
    RequestHash request,
    UUID result,
    Instant expiresAt) {
  private static final Duration LIFE = Duration.ofHours(24);

  /** Which kind of request a key is for; the same key in two of them is two keys. */
  public enum Scope {
    GENERATE,
    CHECKOUT,
    /** Of our own: the creation of the user's customer at the payment provider. */
    CUSTOMER
  }

  /** A claim of 24 hours from now on, to the second. */
  public static Claim of(
      Email owner, Scope scope, IdempotencyKey key, RequestHash request, UUID result, Instant now) {
    return new Claim(
        owner, scope, key, request, result, now.plus(LIFE).truncatedTo(ChronoUnit.SECONDS));
  }

  /** Whether the key still stands for the request. */
  public boolean isLive(Instant now) {
    return now.isBefore(expiresAt);
  }
}
