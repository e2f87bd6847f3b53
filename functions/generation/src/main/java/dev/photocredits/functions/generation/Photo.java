package dev.photocredits.functions.generation;

import dev.photocredits.http.Errors;
import dev.photocredits.http.Rejected;
import dev.photocredits.photos.ImageFile;
import dev.photocredits.photos.UnreadableImage;
import dev.photocredits.uploads.UploadRequest;

/**
 * A photo that passed inspection. By its bytes, it is a PNG, JPEG, WebP or HEIC/HEIF of at most 40
 * megapixels and 20 MB, and its structure is complete. No pixel has been decoded yet.
 */
record Photo(ImageFile file) {
  /**
   * Inspects an image file. Rejects the request with {@code UNSUPPORTED_IMAGE} or {@code
   * IMAGE_TOO_LARGE} if it is not such a photo.
   */
  static Photo inspect(byte[] bytes) {
    if (bytes.length > UploadRequest.LARGEST) {
      throw tooLarge("The image is larger than 20 MB.");
    }
    if (bytes.length == 0) {
      throw unsupported("The image is empty.");
    }
    try {
      var file = ImageFile.read(bytes);
      if (file.isTooLarge()) {
        throw tooLarge("The image has more than 40 megapixels.");
      }
      return new Photo(file);
    } catch (UnreadableImage e) {
      throw unsupported(e);
    }
  }

  /** The longer side of the stored picture, in pixels. */
  int longSide() {
    return Math.max(file.width(), file.height());
  }

  boolean isUpright() {
    return file.orientation() == 1;
  }

  static Rejected unsupported(UnreadableImage unreadable) {
    return unsupported(String.valueOf(unreadable.getMessage()));
  }

  static Rejected unsupported(String problem) {
    return new Rejected(Errors.unsupportedImage(problem));
  }

  static Rejected tooLarge(String problem) {
    return new Rejected(Errors.imageTooLarge(problem));
  }
}
