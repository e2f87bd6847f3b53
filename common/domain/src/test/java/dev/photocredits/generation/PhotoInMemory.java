package dev.photocredits.generation;

import dev.photocredits.idempotency.RequestHash;
import dev.photocredits.uploads.UploadId;
import java.util.Optional;

/** A photo that the model gets as it is. */
public record PhotoInMemory(Image prepared) implements SentPhoto {
  @Override
  public Optional<UploadId> upload() {
    return Optional.empty();
  }

  @Override
  public Optional<RequestHash> hash() {
    return Optional.of(RequestHash.of(prepared.bytes()));
  }
}
