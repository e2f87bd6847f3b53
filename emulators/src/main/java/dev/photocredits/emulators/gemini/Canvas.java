package dev.photocredits.emulators.gemini;

/** An immutable picture. Its pixels are {@code 0xRRGGBB}, row by row. */
final class Canvas {
  private final PictureFormat format;
  private final int[] pixels;

  /** Keeps the array without copying it. The caller must not change it afterwards. */
  Canvas(PictureFormat format, int[] pixels) {
    if (pixels.length != format.width() * format.height()) {
      throw new IllegalArgumentException("not a picture of " + format + ": " + pixels.length);
    }
    this.format = format;
    this.pixels = pixels;
  }

  PictureFormat format() {
    return format;
  }

  int at(int x, int y) {
    return pixels[y * format.width() + x];
  }

  /** A copy that the caller may change. */
  int[] copy() {
    return pixels.clone();
  }
}
