package dev.photocredits.generation;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.prices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.PictureOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PriceListTest {

  /** Computed by hand: a third of the price of three pictures for each, rounded up. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # price of three pictures of 1K, size, price of 1 picture, of 2, of 3, of 4
          3, 1K, 1, 2, 3, 4
          3, 2K, 2, 4, 6, 8
          3, 4K, 4, 8, 12, 16
          1, 1K, 1, 1, 1, 2
          1, 2K, 1, 2, 2, 3
          1, 4K, 2, 3, 4, 6
          5, 1K, 2, 4, 5, 7
          5, 2K, 4, 7, 10, 14
          5, 4K, 7, 14, 20, 27
          10000, 4K, 13334, 26667, 40000, 53334
          """)
  void each_picture_costs_a_third_of_three_and_the_sum_is_rounded_up(
      int three1k, String size, int one, int two, int three, int four) {
    var expected = new int[] {one, two, three, four};
    for (var variations = 1; variations <= 4; variations++) {
      var price = prices(three1k).price(options(size, variations));

      assertThat(price).as("%d pictures", variations).isEqualTo(credits(expected[variations - 1]));
    }
  }

  @Test
  void a_size_that_is_not_for_sale_has_no_price() {
    var prices = new PriceList(credits(3), Map.of(ImageSize.SIZE_1K, 1, ImageSize.SIZE_4K, 5));

    assertThat(prices.sizes()).containsExactly(ImageSize.SIZE_1K, ImageSize.SIZE_4K);
    assertThat(prices.price(options("4K", 3))).isEqualTo(credits(15));
    assertThatThrownBy(() -> prices.price(options("2K", 3)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static PictureOptions options(String size, int variations) {
    return new PictureOptions(
        AspectRatio.RATIO_1_1, ImageSize.find(size).orElseThrow(), variations);
  }
}
