package dev.photocredits.generation;

import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.Image;
import dev.photocredits.images.PreparedPhoto;
import dev.photocredits.uploads.UploadId;
import java.util.Optional;

/** A square photo that needs no preparation: the model gets it unchanged. */
public record PhotoInMemory(Image image) implements SubmittedPhoto {
  @Override
  public Optional<UploadId> upload() {
    return Optional.empty();
  }

  @Override
  public Optional<RequestFingerprint> hash() {
    return Optional.of(RequestFingerprint.of(image.bytes()));
  }

  @Override
  public PreparedPhoto prepared() {
    return new PreparedPhoto(image, 1024, 1024);
  }
}
