package dev.photocredits.photos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.photos.PhotoFuzzer.Container;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damaged files are read or rejected, with steps and memory bounded by their length. {@code make
 * fuzz-photos} runs this with more files.
 */
final class PhotoFuzzTest {
  private static final int FILES = 10_000;
  private static final long SEED = 1;

  @ParameterizedTest
  @EnumSource
  void a_damaged_file_is_read_or_rejected(Container container) {
    assertThat(PhotoFuzzer.fuzz(container, SEED, FILES)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void the_files_are_valid_before_they_are_damaged(Container container) throws Exception {
    for (var file : container.files()) {
      assertThat(ImageFile.read(file).width()).isPositive();
    }
  }

  /** Otherwise the fuzzer would not test stripping. */
  @ParameterizedTest
  @EnumSource
  void some_damaged_files_can_still_be_stripped(Container container) {
    assertThat(PhotoFuzzer.stripped(container, SEED, 1_000)).isBetween(20L, 980L);
  }
}
