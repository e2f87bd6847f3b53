package dev.photocredits.emulators.gemini;

import java.util.Map;
import java.util.Set;

/** The size of a picture in pixels. */
record PictureFormat(int width, int height) {
  private static final Set<String> RATIOS =
      Set.of(
          "1:1", "1:4", "1:8", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16",
          "16:9", "21:9");

  /** The side of a square of each size. */
  private static final Map<String, Integer> SIDES = Map.of("1K", 1024, "2K", 2048, "4K", 4096);

  private static final int BLOCK = 16;

  /**
   * The format of a ratio such as {@code 16:9} and a size such as {@code 2K}. All pictures of a
   * size have about the same number of pixels. Other ratios and sizes are rejected as Google does.
   */
  static PictureFormat of(String ratio, String size) {
    if (!RATIOS.contains(ratio)) {
      throw GeminiError.invalid("generation_config.image_config.aspect_ratio: not a ratio");
    }
    var side = SIDES.get(size);
    if (side == null) {
      throw GeminiError.invalid("generation_config.image_config.image_size: not a size");
    }
    var parts = ratio.split(":", 2);
    var root = Math.sqrt(Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]));
    return new PictureFormat(blocks(side * root), blocks(side / root));
  }

  private static int blocks(double length) {
    return (int) Math.round(length / BLOCK) * BLOCK;
  }

  /** The shorter side. */
  int shortSide() {
    return Math.min(width, height);
  }

  /** The format of the picture before it is turned by 90°. */
  PictureFormat turned() {
    return new PictureFormat(/* width= */ height, /* height= */ width);
  }
}
