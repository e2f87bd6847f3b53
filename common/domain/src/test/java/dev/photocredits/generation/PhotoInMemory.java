package dev.photocredits.generation;

import dev.photocredits.idempotency.RequestHash;

/** A photo that the model gets as it is. */
public record PhotoInMemory(Image prepared) implements SentPhoto {
  @Override
  public RequestHash hash() {
    return RequestHash.of(prepared.bytes());
  }
}
