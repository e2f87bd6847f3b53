package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The largest photos, each prepared in a JVM of its own with the memory of the function. HEIC is
 * not decoded, so that its pixels take no memory.
 */
final class LargestPhotoTest {
  @TempDir private Path folder;

  static Stream<String> photos() {
    return LargePhotos.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("photos")
  void a_photo_of_40_megapixels_fits(String name) throws Exception {
    var memory = PreparedAlone.memoryOf(Path.of(System.getProperty("photocredits.template")));
    var file = folder.resolve("photo");
    LargePhotos.all().getOrDefault(name, _ -> {}).write(file);

    var prepared = PreparedAlone.of(file, memory);

    assertThat(prepared.memory()).isLessThan(memory);
  }
}
