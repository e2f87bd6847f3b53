package dev.photocredits.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AspectRatioTest {

  @Test
  void the_ratios_are_the_14_of_the_model_and_auto() {
    var keys = Arrays.stream(AspectRatio.values()).map(AspectRatio::key).toList();

    assertThat(keys)
        .containsExactlyInAnyOrder(
            "1:1", "1:4", "1:8", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16",
            "16:9", "21:9", "auto");
  }

  /**
   * Usual formats of photos, and borders: between two ratios, the border is their geometric mean,
   * such as 1.118 between 1:1 and 5:4, or 3.055 between 21:9 and 4:1.
   */
  @ParameterizedTest
  @CsvSource({
    "1000, 1000, 1:1",
    "4032, 3024, 4:3",
    "3024, 4032, 3:4",
    "6000, 4000, 3:2",
    "1920, 1080, 16:9",
    "1080, 1920, 9:16",
    "1080, 1350, 4:5",
    "3440, 1440, 21:9",
    "1117, 1000, 1:1",
    "1119, 1000, 5:4",
    "9000, 3000, 21:9",
    "9200, 3000, 4:1",
    "40000, 1000, 8:1",
    "1, 100, 1:8"
  })
  void a_photo_gets_the_ratio_that_changes_its_shape_least(int width, int height, String ratio) {
    assertThat(AspectRatio.nearest(width, height).key()).isEqualTo(ratio);
  }
}
