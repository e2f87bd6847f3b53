package dev.photocredits.functions.generation;

import dev.photocredits.lambda.ErrorCode;
import dev.photocredits.lambda.Rejected;
import dev.photocredits.photos.ImageFile;
import dev.photocredits.photos.UnreadableImage;
import dev.photocredits.uploads.UploadOrder;

/**
 * A photo that passed inspection: PNG, JPEG, WebP or HEIC/HEIF by its bytes, whole as far as its
 * structure tells, of 40 megapixels and 20 MB at most. Nothing of it has been decoded.
 */
record Photo(ImageFile file) {
  /** The photo; {@code UNSUPPORTED_IMAGE} or {@code IMAGE_TOO_LARGE} for everything else. */
  static Photo inspect(byte[] bytes) {
    if (bytes.length > UploadOrder.LARGEST) {
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

  /** In pixels, as stored. */
  int longSide() {
    return Math.max(file.width(), file.height());
  }

  boolean isUpright() {
    return file.orientation() == 1;
  }

  static Rejected unsupported(UnreadableImage unreadable) {
    return unsupported(String.valueOf(unreadable.getMessage()));
  }

  static Rejected unsupported(String detail) {
    return new Rejected(ErrorCode.UNSUPPORTED_IMAGE, detail + " Nothing was charged.");
  }

  static Rejected tooLarge(String detail) {
    return new Rejected(ErrorCode.IMAGE_TOO_LARGE, detail + " Nothing was charged.");
  }
}
