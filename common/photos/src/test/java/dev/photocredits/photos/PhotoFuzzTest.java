package dev.photocredits.photos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.photos.PhotoFuzzer.Container;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damaged files are read or refused, in steps and memory by their length: make fuzz-photos. */
final class PhotoFuzzTest {
  private static final int FILES = 10_000;
  private static final long SEED = 1;

  @ParameterizedTest
  @EnumSource
  void a_damaged_file_is_read_or_refused(Container container) {
    assertThat(PhotoFuzzer.fuzz(container, SEED, FILES)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void the_files_are_valid_before_they_are_damaged(Container container) throws Exception {
    for (var file : container.files()) {
      assertThat(ImageFile.read(file).width()).isPositive();
    }
  }

  /** Some of the damaged files have to get as far as being stripped. */
  @ParameterizedTest
  @EnumSource
  void not_all_of_them_are_refused(Container container) {
    assertThat(PhotoFuzzer.stripped(container, SEED, 1_000)).isBetween(20L, 980L);
  }
}
