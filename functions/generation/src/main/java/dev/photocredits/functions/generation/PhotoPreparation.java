package dev.photocredits.functions.generation;

import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.PreparedPhoto;
import dev.photocredits.photos.HeifFile;
import dev.photocredits.photos.UnreadableImage;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Prepares a photo for the model, which gets it upright, without metadata, at most 2048 pixels on
 * the long side and at most 7 MB. A photo that already fits keeps its pixels and only loses its
 * metadata. Any other is decoded, rotated, scaled, flattened onto white and encoded as a JPEG in
 * sRGB. HEIC and HEIF photos, which Java cannot decode, always keep their pixels.
 */
final class PhotoPreparation {
  /** What every Gemini model accepts as inline data. */
  private static final int LARGEST_BYTES = 7_000_000;

  /** Twice the side of the generated pictures. */
  private static final int LONG_SIDE = 2048;

  private static final ContentType JPEG = new ContentType("image/jpeg");

  private PhotoPreparation() {}

  /**
   * Returns the photo for the model; the same photo always gives the same image. Rejects the
   * request with {@code UNSUPPORTED_IMAGE} or {@code IMAGE_TOO_LARGE} if the photo cannot be
   * prepared.
   *
   * @param isLate checked repeatedly while a photo is decoded; once it is true, decoding stops and
   *     the photo is rejected
   */
  static PreparedPhoto prepare(Photo photo, BooleanSupplier isLate) {
    var file = photo.file();
    var image = image(photo, isLate);
    return file.isSideways()
        ? new PreparedPhoto(image, file.height(), file.width())
        : new PreparedPhoto(image, file.width(), file.height());
  }

  private static Image image(Photo photo, BooleanSupplier isLate) {
    var kept = withItsPixels(photo);
    if (kept.isPresent() && kept.get().length <= LARGEST_BYTES) {
      return new Image(new ContentType(photo.file().mediaType()), kept.get());
    }
    if (photo.file() instanceof HeifFile) {
      throw Photo.tooLarge("A HEIC image may have at most 7 MB; a JPEG, PNG or WebP 20 MB.");
    }
    return new Image(JPEG, ScaledPhoto.jpeg(photo.file(), LONG_SIDE, LARGEST_BYTES, isLate));
  }

  /** The photo without its metadata, if the model can get its pixels unchanged. */
  private static Optional<byte[]> withItsPixels(Photo photo) {
    try {
      return photo.file() instanceof HeifFile
              || (photo.isUpright() && photo.longSide() <= LONG_SIDE)
          ? photo.file().stripped()
          : Optional.empty();
    } catch (UnreadableImage e) {
      throw Photo.unsupported(e);
    }
  }
}
