package dev.photocredits.functions.generation;

import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.Image;
import dev.photocredits.photos.HeifFile;
import dev.photocredits.photos.UnreadableImage;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Makes of a photo what the model gets: upright, without metadata, 2048 pixels on the long side and
 * 7 MB at most. One that is so already keeps its pixels, and only loses its metadata; any other is
 * decoded, turned, scaled and encoded as a JPEG in sRGB, on white where it is transparent. HEIC and
 * HEIF, which Java cannot decode, keep their pixels in any case.
 */
final class PhotoPreparation {
  /** What every Gemini model takes as inline data. */
  private static final int LARGEST_BYTES = 7_000_000;

  /** Twice the side of the pictures that come back. */
  private static final int LONG_SIDE = 2048;

  private static final ContentType JPEG = new ContentType("image/jpeg");

  private PhotoPreparation() {}

  /**
   * What the model gets, the same for the same photo. {@code UNSUPPORTED_IMAGE} or {@code
   * IMAGE_TOO_LARGE} where that cannot be made.
   *
   * @param isLate asked again and again while a photo is decoded; once it is true, decoding stops
   *     and the photo is rejected
   */
  static Image prepare(Photo photo, BooleanSupplier isLate) {
    var kept = withItsPixels(photo);
    if (kept.isPresent() && kept.get().length <= LARGEST_BYTES) {
      return new Image(new ContentType(photo.file().mediaType()), kept.get());
    }
    if (photo.file() instanceof HeifFile) {
      throw Photo.tooLarge("A HEIC image has 7 MB at most; a JPEG, PNG or WebP may have 20 MB.");
    }
    return new Image(JPEG, ScaledPhoto.jpeg(photo.file(), LONG_SIDE, LARGEST_BYTES, isLate));
  }

  /** The photo without its metadata, if the model can have its pixels as they are. */
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
