package dev.photocredits.images;

import static java.util.Comparator.comparingDouble;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The ratio of a picture's width to its height. These are the ratios of {@code
 * gemini-nano-banana-2.1} in November 2026, and {@link #AUTO}.
 */
public enum AspectRatio {
  RATIO_1_1(1, 1),
  RATIO_1_4(1, 4),
  RATIO_1_8(1, 8),
  RATIO_2_3(2, 3),
  RATIO_3_2(3, 2),
  RATIO_3_4(3, 4),
  RATIO_4_1(4, 1),
  RATIO_4_3(4, 3),
  RATIO_4_5(4, 5),
  RATIO_5_4(5, 4),
  RATIO_8_1(8, 1),
  RATIO_9_16(9, 16),
  RATIO_16_9(16, 9),
  RATIO_21_9(21, 9),
  /** The ratio that is nearest to the photo's. A request may have it, a generation has not. */
  AUTO(0, 0);

  private final int width;
  private final int height;

  AspectRatio(int width, int height) {
    this.width = width;
    this.height = height;
  }

  public static Optional<AspectRatio> find(String key) {
    return Arrays.stream(values()).filter(ratio -> ratio.key().equals(key)).findFirst();
  }

  /**
   * The ratio that is nearest to that of a photo: the one by which the photo must be stretched or
   * squeezed least.
   *
   * @param width of the photo, as a viewer shows it
   * @param height of the photo, as a viewer shows it
   */
  static AspectRatio nearest(int width, int height) {
    var wanted = Math.log((double) width / height);
    return Stream.of(values())
        .filter(ratio -> ratio != AUTO)
        .min(comparingDouble(ratio -> Math.abs(ratio.log() - wanted)))
        .orElseThrow();
  }

  private double log() {
    return Math.log((double) width / height);
  }

  /** The name in requests and responses, such as {@code 16:9}. */
  public String key() {
    return this == AUTO ? "auto" : width + ":" + height;
  }
}
