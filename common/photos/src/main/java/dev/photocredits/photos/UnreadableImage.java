package dev.photocredits.photos;

/**
 * Thrown for a file that is not a complete image of a supported type. The message is a sentence for
 * the caller of the API, and contains nothing from the file.
 */
public final class UnreadableImage extends Exception {
  private static final long serialVersionUID = 1L;

  private UnreadableImage(String sentence) {
    super(sentence, null, false, false);
  }

  static UnreadableImage unsupported() {
    return new UnreadableImage(
        "The file is not an image of a supported type: PNG, JPEG, WebP or HEIC.");
  }

  static UnreadableImage unsupported(String kind) {
    return new UnreadableImage(kind + " is not supported; send a PNG, JPEG, WebP or HEIC.");
  }

  static UnreadableImage truncated() {
    return new UnreadableImage("The image is truncated.");
  }

  static UnreadableImage damaged() {
    return new UnreadableImage("The image is damaged.");
  }

  static UnreadableImage sizeless() {
    return new UnreadableImage("The image has no size.");
  }

  static UnreadableImage moreThan(int most, String parts) {
    return new UnreadableImage("The image has more than " + most + " " + parts + ".");
  }
}
