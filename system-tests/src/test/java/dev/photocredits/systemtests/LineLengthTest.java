package dev.photocredits.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines of at most 120 columns, so that two files fit side by side. */
final class LineLengthTest {
  private static final int MOST_COLUMNS = 120;

  private static final Set<String> TYPES = Set.of("java", "yaml", "yml", "md", "js", "css", "html");

  /** Rows of Markdown tables, which cannot be wrapped. */
  private static final Pattern TABLE_ROW = Pattern.compile("^\\s*\\|.*\\|\\s*$");

  /** What no format lets a writer break: an address, or an expression in a string of JSON. */
  private static final Pattern UNBREAKABLE =
      Pattern.compile("https?://\\S{40,}|\\]\\([^)\\s]{40,}\\)");

  @Test
  void no_line_is_longer_than_120_columns() throws IOException {
    var tooLong = new ArrayList<String>();
    for (var file : files()) {
      var lines = Files.readAllLines(file);
      for (var number = 1; number <= lines.size(); number++) {
        if (isTooLong(lines.get(number - 1))) {
          tooLong.add(ProjectFiles.root().relativize(file) + ":" + number);
        }
      }
    }

    assertThat(tooLong).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"120, x, false", "121, x, true"})
  void the_121st_column_is_one_too_many(int columns, String text, boolean isTooLong) {
    assertThat(isTooLong(text.repeat(columns))).isEqualTo(isTooLong);
  }

  @Test
  void tables_and_addresses_may_be_longer() {
    assertThat(isTooLong("| " + "cell ".repeat(40) + "|")).isFalse();
    assertThat(isTooLong("See https://example.com/" + "path/".repeat(30))).isFalse();
  }

  private static boolean isTooLong(String line) {
    return line.codePointCount(0, line.length()) > MOST_COLUMNS
        && !TABLE_ROW.matcher(line).matches()
        && !UNBREAKABLE.matcher(line).find();
  }

  private static List<Path> files() throws IOException {
    var files = new ArrayList<Path>();
    Files.walkFileTree(
        ProjectFiles.root(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            var name = String.valueOf(folder.getFileName());
            var isOurs =
                name.equals(".github") || (!name.startsWith(".") && !name.equals("target"));
            return folder.equals(ProjectFiles.root()) || isOurs
                ? FileVisitResult.CONTINUE
                : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            var name = file.getFileName().toString();
            if (TYPES.contains(name.substring(name.lastIndexOf('.') + 1))) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
