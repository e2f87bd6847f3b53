package dev.photocredits.functions.generation;

import dev.photocredits.functions.generation.PhotoInspector.Photo;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.Image;

/**
 * Makes of a photo what the model gets: upright, without private metadata, 2048 pixels on the long
 * side and 7 MB at most. One that is so already keeps its pixels, and only loses its metadata; any
 * other is scaled to a JPEG, what shines through painted white. HEIC and HEIF, which Java cannot
 * decode, keep their pixels in any case.
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
   */
  static Image prepare(Photo photo) {
    var type = photo.image().contentType();
    var bare = BarePhoto.of(photo.image());
    var fits = bare.bytes().length <= LARGEST_BYTES;
    if (type.value().startsWith("image/hei")) {
      if (!fits) {
        throw PhotoInspector.tooLarge(
            "A HEIC image has 7 MB at most; a JPEG, PNG or WebP may have 20 MB.");
      }
      return new Image(type, bare.bytes());
    }
    return fits && bare.isUpright() && photo.longSide() <= LONG_SIDE
        ? new Image(type, bare.bytes())
        : new Image(JPEG, ScaledPhoto.jpeg(type, bare, LONG_SIDE));
  }
}
