package dev.photocredits.systemtests.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The files of {@code web/} are formatted by Prettier; {@code make fix} formats them. */
final class PageFormatTest {

  @Test
  void the_page_is_formatted() throws IOException {
    try (var prettier = new Prettier()) {
      for (var file : Prettier.files()) {
        var text = Files.readString(file);

        var formatted = prettier.formatted(file, text);

        assertThat(text).as("%s; make fix formats it", file.getFileName()).isEqualTo(formatted);
      }
    }
  }
}
