package dev.photocredits.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestHash;
import java.time.Instant;
import java.util.Optional;

/** A request for a generation, before its photo is looked at. */
public record GenerationOrder(
    Email email, Prompt prompt, TransformationMode mode, SentPhoto photo) {

  /** A claim that the key stands for this order. Reads the photo. */
  Claim claim(IdempotencyKey key, GenerationId generation, Instant now) {
    var request =
        content().orElseThrow(() -> new IllegalStateException("an order without a photo"));
    var claim = Claim.of(email, Claim.Scope.GENERATE, key, request, generation.value(), now);
    return reference().map(claim::alsoFor).orElse(claim);
  }

  /**
   * Whether a key that was claimed stands for this order. The photo is read only if it does not
   * come as the upload that the claim was made with.
   */
  boolean isClaimedBy(Claim claim) {
    return reference().filter(claim::isFor).isPresent()
        || content().filter(claim::isFor).isPresent();
  }

  /** What stands for all of it, the photo's bytes included, whatever way they came. */
  private Optional<RequestHash> content() {
    return photo
        .hash()
        .map(bytes -> RequestHash.of(email.value(), prompt.text(), mode.key(), bytes.hex()));
  }

  /** What stands for all of it, the upload in place of its bytes. */
  private Optional<RequestHash> reference() {
    return photo
        .upload()
        .map(
            id ->
                RequestHash.of(email.value(), prompt.text(), mode.key(), "upload", id.toString()));
  }
}
