package dev.photocredits.idempotency;

import dev.photocredits.credits.Email;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * That a user's key stands for one request, and for what became of it.
 *
 * @param request what was asked for under the key
 * @param reference the same request as it was sent, if it named something instead of bringing it
 * @param result the id of what the request made
 * @param expiresAt when the key is free again, whether or not the claim is still kept
 */
public record Claim(
    Email owner,
    Scope scope,
    IdempotencyKey key,
    RequestHash request,
    @Nullable RequestHash reference,
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
        owner, scope, key, request, null, result, now.plus(LIFE).truncatedTo(ChronoUnit.SECONDS));
  }

  /** The same claim, which stands for a request that was sent with a reference as well. */
  public Claim alsoFor(RequestHash reference) {
    return new Claim(owner, scope, key, request, reference, result, expiresAt);
  }

  /** Whether the key stands for that request, in either form. */
  public boolean isFor(RequestHash hash) {
    return hash.equals(request) || hash.equals(reference);
  }

  /** Whether the key still stands for the request. */
  public boolean isLive(Instant now) {
    return now.isBefore(expiresAt);
  }
}
