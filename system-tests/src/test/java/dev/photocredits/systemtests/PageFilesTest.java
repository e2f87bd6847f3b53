package dev.photocredits.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.http.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks of {@code web/} that need no browser. */
final class PageFilesTest {

  @Test
  void the_guide_links_to_the_client_that_the_page_uses() throws IOException {
    assertThat(read("docs/frontend.md")).contains("](../web/client.js)");
    assertThat(read("web/app.js")).contains("from './client.js'");
  }

  @Test
  void every_error_code_has_a_text_and_a_line_in_the_guide() throws IOException {
    var words = read("web/words.js");
    var guide = read("docs/frontend.md");

    assertThat(Arrays.stream(ErrorCode.values()).map(Enum::name))
        .allSatisfy(
            code -> {
              assertThat(words).contains("\n  " + code + ": [");
              assertThat(guide).contains("`" + code + "`");
            });
  }

  @Test
  void the_page_loads_only_its_own_files() throws IOException {
    var page = read("web/index.html");

    assertThat(page)
        .contains("default-src 'none'; script-src 'self'; style-src 'self';")
        .doesNotContain("<style", "style=\"", "onclick", "unsafe");
    assertThat(Pattern.compile("(?:src|href)=\"([^\"#]+)\"").matcher(page).results())
        .extracting(found -> found.group(1))
        .containsExactly("icon.svg", "style.css", "app.js");
  }

  private static String read(String file) throws IOException {
    return Files.readString(ProjectFiles.root().resolve(file));
  }
}
