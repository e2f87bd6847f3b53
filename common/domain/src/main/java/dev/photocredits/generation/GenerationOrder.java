package dev.photocredits.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.idempotency.RequestHash;

/** What somebody wants drawn; the photo has been checked. */
public record GenerationOrder(Email email, Prompt prompt, TransformationMode mode, Image photo) {

  /** What stands for all of it, the photo's bytes included. */
  RequestHash hash() {
    return RequestHash.of(
        photo.bytes(), email.value(), prompt.text(), mode.key(), photo.contentType().value());
  }
}
