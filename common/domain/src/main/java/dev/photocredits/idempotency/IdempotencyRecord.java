package dev.photocredits.idempotency;

import dev.photocredits.values.Email;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Records which request a user's key was used for, and with what result.
 *
 * @param request the fingerprint of the request
 * @param reference the fingerprint of the same request with a reference in place of its content,
 *     such as an upload in place of a photo; null if it was sent without one
 * @param result the id of what the request created
 * @param expiresAt when the key may be used again, whether or not the record is still stored
 */
public record IdempotencyRecord(
    Email owner,
    Scope scope,
    IdempotencyKey key,
    RequestFingerprint request,
    @Nullable RequestFingerprint reference,
    UUID result,
    Instant expiresAt) {
  private static final Duration LIFE = Duration.ofHours(24);

  /** The kind of request. The same key in two scopes is two keys. */
  public enum Scope {
    GENERATE,
    CHECKOUT,
    /** Internal: the creation of a user's customer at the payment provider. */
    CUSTOMER
  }

  /** Creates a record that expires after 24 hours, to the second. */
  public static IdempotencyRecord of(
      Email owner,
      Scope scope,
      IdempotencyKey key,
      RequestFingerprint request,
      UUID result,
      Instant now) {
    return new IdempotencyRecord(
        owner, scope, key, request, null, result, now.plus(LIFE).truncatedTo(ChronoUnit.SECONDS));
  }

  /** Returns this record with the fingerprint of the request as it was sent with a reference. */
  public IdempotencyRecord withReference(RequestFingerprint reference) {
    return new IdempotencyRecord(owner, scope, key, request, reference, result, expiresAt);
  }

  /** Whether the key was used for that request, in either form. */
  public boolean isFor(RequestFingerprint fingerprint) {
    return fingerprint.equals(request) || fingerprint.equals(reference);
  }

  /** Whether the record has not expired. */
  public boolean isLive(Instant now) {
    return now.isBefore(expiresAt);
  }
}
