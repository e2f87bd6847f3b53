package dev.photocredits.lambda;

import dev.photocredits.generation.PriceList;
import dev.photocredits.images.ImageSize;
import dev.photocredits.values.Credits;
import java.util.EnumMap;

/** Reads what generations cost. */
public final class Prices {
  private static final int MOST = 10_000;
  private static final int LARGEST_MULTIPLE = 9;

  private Prices() {}

  /**
   * Reads {@code CREDITS_PER_GENERATION}, and how many times as much pictures of 2K and 4K cost:
   * {@code PRICE_MULTIPLE_2K} and {@code PRICE_MULTIPLE_4K}. With 0, the size is not for sale. The
   * defaults are the model's prices of November 2026, which are 1.5 and 3.4 times that of 1K,
   * rounded up.
   */
  public static PriceList of(Environment environment) {
    var perGeneration = new Credits(environment.number("CREDITS_PER_GENERATION", 3, 1, MOST));
    var multiples = new EnumMap<ImageSize, Integer>(ImageSize.class);
    multiples.put(ImageSize.SIZE_1K, 1);
    multiples.put(
        ImageSize.SIZE_2K, environment.number("PRICE_MULTIPLE_2K", 2, 0, LARGEST_MULTIPLE));
    multiples.put(
        ImageSize.SIZE_4K, environment.number("PRICE_MULTIPLE_4K", 4, 0, LARGEST_MULTIPLE));
    multiples.values().removeIf(multiple -> multiple == 0);
    return new PriceList(perGeneration, multiples);
  }
}
