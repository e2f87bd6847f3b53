package dev.photocredits.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the catalogue of mutants matches the code. */
final class MutantCatalogueTest {
  @Test
  void each_guard_occurs_once_in_its_file_and_the_code_compiles_without_it(@TempDir Path folder)
      throws IOException {
    var classPath = Objects.requireNonNull(System.getProperty("java.class.path"));
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      for (var mutants : ofDifferentFiles(MutantCatalogue.all())) {
        var classes = Files.createTempDirectory(folder, "mutants");

        var problem = Mutant.compile(mutants, ProjectFiles.root(), files, classPath, classes);

        assertThat(problem).isEmpty();
      }
    }
  }

  /** Groups the mutants so that each group has at most one of each file, for few compilations. */
  private static Collection<List<Mutant>> ofDifferentFiles(List<Mutant> all) {
    Map<String, Integer> seen = new HashMap<>();
    return all.stream()
        .collect(Collectors.groupingBy(mutant -> seen.merge(mutant.file(), 1, Integer::sum)))
        .values();
  }
}
