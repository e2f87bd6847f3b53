package dev.photocredits.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.idempotency.RequestHash;

/** A request for a generation, before its photo is looked at. */
public record GenerationOrder(
    Email email, Prompt prompt, TransformationMode mode, SentPhoto photo) {

  /** What stands for all of it, the photo's bytes included. */
  RequestHash hash() {
    return RequestHash.of(email.value(), prompt.text(), mode.key(), photo.hash().hex());
  }
}
