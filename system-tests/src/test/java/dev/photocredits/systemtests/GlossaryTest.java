package dev.photocredits.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Checks that docs/glossary.md matches the code. */
final class GlossaryTest {
  /** A type in backticks, optionally with a member. */
  private static final Pattern TYPE = Pattern.compile("`([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?`");

  @Test
  void every_type_and_member_that_the_glossary_names_exists() throws IOException {
    var sources = sources();
    var rows = rows();

    var missing = new ArrayList<String>();
    for (var row : rows) {
      TYPE.matcher(row)
          .results()
          .filter(name -> !exists(name, sources))
          .forEach(name -> missing.add(name.group() + " in " + row));
    }

    assertThat(rows).hasSizeGreaterThan(50);
    assertThat(missing).isEmpty();
  }

  @Test
  void no_term_is_defined_twice() throws IOException {
    var terms = new HashSet<String>();

    var defined = rows().stream().map(row -> row.split("\\|", -1)[1].strip()).toList();

    assertThat(defined).allSatisfy(term -> assertThat(terms.add(term)).as(term).isTrue());
  }

  private static List<String> rows() throws IOException {
    return Files.readAllLines(ProjectFiles.root().resolve("docs").resolve("glossary.md")).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| term |"))
        .toList();
  }

  private static boolean exists(MatchResult name, Map<String, String> sources) {
    var text = sources.get(name.group(1));
    var member = name.group(2);
    return text != null
        && (member == null || Pattern.compile("\\b" + member + "\\b").matcher(text).find());
  }

  /** The text of the source files by type name. */
  private static Map<String, String> sources() throws IOException {
    try (var files = Files.walk(ProjectFiles.root())) {
      return files
          .filter(file -> file.toString().matches(".*/src/.*/[A-Z]\\w*\\.java"))
          .collect(
              Collectors.toMap(
                  file ->
                      Objects.requireNonNull(file.getFileName()).toString().replace(".java", ""),
                  GlossaryTest::text,
                  (one, other) -> one + other));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }
}
