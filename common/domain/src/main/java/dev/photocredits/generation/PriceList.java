package dev.photocredits.generation;

import dev.photocredits.images.ImageSize;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.values.Credits;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What generations cost.
 *
 * @param perGeneration the price of a generation with {@link PictureOptions#DEFAULT}
 * @param multiples how many times as much a picture of each size costs; a size without one is not
 *     for sale
 */
public record PriceList(Credits perGeneration, Map<ImageSize, Integer> multiples) {
  public PriceList {
    if (!Integer.valueOf(1).equals(multiples.get(ImageSize.SIZE_1K))) {
      throw new IllegalArgumentException("the price of 1K is the unit: " + multiples);
    }
    multiples = Map.copyOf(multiples);
  }

  /** The sizes that are for sale, the smallest first. */
  public List<ImageSize> sizes() {
    return Arrays.stream(ImageSize.values()).filter(multiples::containsKey).toList();
  }

  /**
   * The price of a generation, rounded up to a whole credit. Throws {@link
   * IllegalArgumentException} if the size is not for sale.
   */
  public Credits price(PictureOptions options) {
    var multiple = multiples.get(options.size());
    if (multiple == null) {
      throw new IllegalArgumentException("not for sale: " + options.size());
    }
    var pictures = (long) perGeneration.value() * multiple * options.variations();
    return new Credits(
        Math.toIntExact(Math.ceilDiv(pictures, (long) PictureOptions.DEFAULT.variations())));
  }
}
