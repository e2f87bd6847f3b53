package dev.photocredits.generation;

import dev.photocredits.credits.Identity;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request for a generation, before its photo is read.
 *
 * @param caller who signed in for the address; null if access is open
 */
public record GenerationRequest(
    Email email,
    @Nullable Identity caller,
    Prompt prompt,
    TransformationMode mode,
    SubmittedPhoto photo) {

  /** Creates the idempotency record of this request. Reads the photo. */
  IdempotencyRecord recordFor(IdempotencyKey key, GenerationId generation, Instant now) {
    var fingerprint =
        content().orElseThrow(() -> new IllegalStateException("the photo cannot be read"));
    var record =
        IdempotencyRecord.of(
            email, IdempotencyRecord.Scope.GENERATE, key, fingerprint, generation.value(), now);
    return reference().map(record::withReference).orElse(record);
  }

  /**
   * Whether the record was written for this request. Reads the photo only if it is not the upload
   * for which the record was written.
   */
  boolean matches(IdempotencyRecord record) {
    return reference().filter(record::isFor).isPresent()
        || content().filter(record::isFor).isPresent();
  }

  /** The fingerprint of the request with the bytes of the photo, whichever way they were sent. */
  private Optional<RequestFingerprint> content() {
    return photo
        .hash()
        .map(bytes -> RequestFingerprint.of(email.value(), prompt.text(), mode.key(), bytes.hex()));
  }

  /** The fingerprint of the request with the id of the upload in place of the bytes. */
  private Optional<RequestFingerprint> reference() {
    return photo
        .upload()
        .map(
            id ->
                RequestFingerprint.of(
                    email.value(), prompt.text(), mode.key(), "upload", id.toString()));
  }
}
