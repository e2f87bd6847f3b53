package dev.photocredits.http;

import dev.photocredits.generation.PriceList;
import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.values.Credits;
import java.util.Arrays;
import java.util.Optional;

/** Parses the fields that say what pictures a caller wants, and at what price. */
public final class PictureFields {
  private PictureFields() {}

  /**
   * Parses {@code aspect_ratio}, {@code image_size} and {@code variations}. An absent field has its
   * value in {@link PictureOptions#DEFAULT}. Reports a problem and returns empty if one of them is
   * not a value of its kind, or if the size is not for sale.
   */
  public static Optional<PictureOptions> options(
      OptionalFields fields, PriceList prices, Problems problems) {
    var ratio =
        fields
            .optionalText("aspect_ratio")
            .map(AspectRatio::find)
            .orElse(Optional.of(PictureOptions.DEFAULT.aspectRatio()));
    var size =
        fields
            .optionalText("image_size")
            .map(text -> ImageSize.find(text).filter(prices.sizes()::contains))
            .orElse(Optional.of(PictureOptions.DEFAULT.size()));
    var wanted = fields.optionalWholeNumber("variations");
    var variations =
        wanted.isEmpty()
            ? Optional.of(PictureOptions.DEFAULT.variations())
            : problems.within(
                wanted.get(), 1, PictureOptions.MOST_VARIATIONS, "body", "variations");
    var ratios = Arrays.stream(AspectRatio.values()).map(AspectRatio::key).toList();
    var sizes = prices.sizes().stream().map(ImageSize::key).toList();
    var knownRatio = problems.oneOf("aspect_ratio", ratio, ratios);
    var knownSize = problems.oneOf("image_size", size, sizes);
    return knownRatio.isPresent() && knownSize.isPresent() && variations.isPresent()
        ? Optional.of(new PictureOptions(knownRatio.get(), knownSize.get(), variations.get()))
        : Optional.empty();
  }

  /** Parses {@code max_price}: the most credits that the caller agrees to pay; empty if absent. */
  public static Optional<Credits> maxPrice(OptionalFields fields, Problems problems) {
    return fields
        .optionalWholeNumber("max_price")
        .flatMap(number -> problems.within(number, 0, Integer.MAX_VALUE, "body", "max_price"))
        .map(Credits::new);
  }
}
