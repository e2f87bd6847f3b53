package dev.photocredits.emulators.gemini;

/**
 * An immutable square picture of {@link #SIDE} pixels a side. Its pixels are {@code 0xRRGGBB}, row
 * by row.
 */
final class Square {
  static final int SIDE = 1024;

  private final int[] pixels;

  /** Keeps the array without copying it. The caller must not change it afterwards. */
  Square(int[] pixels) {
    if (pixels.length != SIDE * SIDE) {
      throw new IllegalArgumentException("not a square of " + SIDE + ": " + pixels.length);
    }
    this.pixels = pixels;
  }

  int at(int x, int y) {
    return pixels[y * SIDE + x];
  }

  /** A copy that the caller may change. */
  int[] copy() {
    return pixels.clone();
  }
}
