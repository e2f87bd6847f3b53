package dev.photocredits.generation;

import dev.photocredits.credits.Identity;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request for a generation, before its photo is read.
 *
 * @param caller who signed in for the address; null if access is open
 * @param maxPrice the most that the caller agreed to pay; null if any price is accepted
 */
public record GenerationRequest(
    Email email,
    @Nullable Identity caller,
    Prompt prompt,
    TransformationMode mode,
    PictureOptions options,
    @Nullable Credits maxPrice,
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
    return photo.hash().map(bytes -> fingerprint(bytes.hex()));
  }

  /** The fingerprint of the request with the id of the upload in place of the bytes. */
  private Optional<RequestFingerprint> reference() {
    return photo.upload().map(id -> fingerprint("upload", id.toString()));
  }

  // Without the price that the caller accepts: it decides whether the request is carried out, not
  // what it asks for.
  private RequestFingerprint fingerprint(String... photoParts) {
    return RequestFingerprint.of(
        Stream.concat(
                Stream.of(
                    email.value(),
                    prompt.text(),
                    mode.key(),
                    options.aspectRatio().key(),
                    options.size().key(),
                    Integer.toString(options.variations())),
                Stream.of(photoParts))
            .toArray(String[]::new));
  }
}
