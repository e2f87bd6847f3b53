package dev.photocredits.emulators.gemini;

import java.util.Optional;

/**
 * The style of a variation, so that the pictures made from one photo are easy to tell apart.
 * Colours are {@code 0xRRGGBB}; positions in the picture range from -1 to 1 on both axes.
 */
enum VariationStyle {
  /** Warm and bright, with sun from the upper left. */
  DAYLIGHT {
    @Override
    int tint(int red, int green, int blue, float x, float y) {
      var sun = Math.max(0f, 1f - ((x + 0.9f) * (x + 0.9f) + (y + 0.9f) * (y + 0.9f)) / 3f);
      return rgb(
          red * 1.12f + 22 + 70 * sun, green * 1.03f + 10 + 42 * sun, blue * 0.72f + 4 + 6 * sun);
    }
  },

  /** Cool, with dark corners. */
  STUDIO {
    @Override
    int tint(int red, int green, int blue, float x, float y) {
      var light = Math.clamp(1.25f - 0.62f * (x * x + y * y), 0.08f, 1.1f);
      var grey = luminance(red, green, blue);
      return rgb(
          (0.55f * red + 0.25f * grey) * light,
          (0.60f * green + 0.35f * grey) * light,
          (0.75f * blue + 0.40f * grey + 26) * light);
    }
  },

  /** A red and golden evening, brighter at the bottom. */
  AFTERNOON {
    @Override
    int tint(int red, int green, int blue, float x, float y) {
      var grey = luminance(red, green, blue);
      var glow = 0.8f + 0.25f * y;
      return rgb(
          (0.7f * red + 0.3f * grey + 48) * glow, (0.8f * green + 10) * glow, 0.55f * blue * glow);
    }
  },

  /** Two colours only, from a deep forest green to a pale straw, in high contrast. */
  OUTDOOR {
    @Override
    int tint(int red, int green, int blue, float x, float y) {
      var grey = luminance(red, green, blue) / 255f;
      var tone = grey * grey * (3 - 2 * grey);
      return rgb(8 + 236 * tone, 44 + 198 * tone, 36 + 144 * tone);
    }
  };

  /** The new colour of a pixel, computed from its channels (0 to 255) and its position. */
  abstract int tint(int red, int green, int blue, float x, float y);

  /**
   * The style that the variation's sentence at the end of the prompt asks for; empty if the prompt
   * has no such sentence.
   */
  static Optional<VariationStyle> of(String prompt) {
    var studio = prompt.lastIndexOf("studio");
    var outdoor = prompt.lastIndexOf("outdoor");
    var daylight = prompt.lastIndexOf("daylight");
    var afternoon = prompt.lastIndexOf("late afternoon");
    if (afternoon > Math.max(studio, Math.max(outdoor, daylight))) {
      return Optional.of(AFTERNOON);
    }
    if (studio > outdoor && studio > daylight) {
      return Optional.of(STUDIO);
    }
    if (outdoor > daylight) {
      return Optional.of(OUTDOOR);
    }
    return daylight < 0 ? Optional.empty() : Optional.of(DAYLIGHT);
  }

  private static float luminance(int red, int green, int blue) {
    return 0.299f * red + 0.587f * green + 0.114f * blue;
  }

  private static int rgb(float red, float green, float blue) {
    return (channel(red) << 16) | (channel(green) << 8) | channel(blue);
  }

  private static int channel(float value) {
    return Math.clamp((int) value, 0, 255);
  }
}
