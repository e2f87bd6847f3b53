package dev.photocredits.checks.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The catalogue keeps up with the code, though nobody takes its guards away every day. */
final class CatalogueTest {
  @Test
  void each_guard_stands_in_its_file_once() throws IOException {
    for (var mutant : Catalogue.all()) {
      var text = Files.readString(Project.root().resolve(mutant.file()));

      assertThat(text.split(Pattern.quote(mutant.guard()), -1))
          .as("%s: %s", mutant.name(), mutant.guard())
          .hasSize(2);
    }
  }
}
