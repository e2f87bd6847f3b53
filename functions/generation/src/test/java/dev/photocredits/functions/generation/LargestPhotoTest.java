package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Prepares the largest photos, each in a JVM of its own with the function's memory. There is no
 * HEIC photo: HEIC is not decoded, so its pixels take no memory.
 */
final class LargestPhotoTest {
  @TempDir private Path folder;

  static Stream<String> photos() {
    return LargePhotos.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("photos")
  void the_largest_photos_fit_into_the_memory_of_the_function(String name) throws Exception {
    var memory = PreparedAlone.memoryOf(Path.of(System.getProperty("photocredits.template")));
    var file = folder.resolve("photo");
    LargePhotos.all().getOrDefault(name, _ -> {}).write(file);

    var prepared = PreparedAlone.of(file, memory);

    assertThat(prepared.memory()).isLessThan(memory);
  }
}
