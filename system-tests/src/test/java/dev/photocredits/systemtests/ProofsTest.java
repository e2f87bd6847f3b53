package dev.photocredits.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that the proofs in docs/well-architected.md exist: tests, commands and files. */
final class ProofsTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern LINK = Pattern.compile("]\\(([^):]*)\\)");

  @Test
  void every_type_command_and_file_in_the_review_exists() throws IOException {
    var types = types();
    var targets = targets();

    var proofs = rows().flatMap(row -> found(CODE, row)).collect(Collectors.toSet());

    assertThat(proofs).contains("PermissionsTest", "make fuzz", "template.yaml");
    assertThat(proofs)
        .allSatisfy(
            proof ->
                assertThat(
                        types.contains(proof)
                            || targets.contains(proof)
                            || proof.startsWith("photo-credits ")
                            || Files.exists(ProjectFiles.root().resolve(proof)))
                    .as(proof)
                    .isTrue());
  }

  @Test
  void every_row_of_the_review_has_a_proof() throws IOException {
    var answers =
        rows().filter(row -> !row.startsWith("|---")).filter(row -> !row.startsWith("| subject |"));

    assertThat(answers)
        .isNotEmpty()
        .allSatisfy(
            row -> {
              var proof = row.split(" \\| ", -1)[2];
              assertThat(found(CODE, proof).count() + found(LINK, proof).count())
                  .as(row)
                  .isPositive();
            });
  }

  private static Stream<String> rows() throws IOException {
    var page = ProjectFiles.root().resolve("docs").resolve("well-architected.md");
    return Files.readAllLines(page).stream().filter(line -> line.startsWith("|"));
  }

  private static Stream<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> match.group(1));
  }

  private static Set<String> types() throws IOException {
    try (var files = Files.walk(ProjectFiles.root())) {
      return files
          .filter(file -> file.toString().matches(".*/src/.*/[A-Z]\\w*\\.java"))
          .map(file -> Objects.requireNonNull(file.getFileName()).toString().replace(".java", ""))
          .collect(Collectors.toSet());
    }
  }

  /** The targets of the Makefile that have a description, such as {@code make test}. */
  private static Set<String> targets() throws IOException {
    return Files.readAllLines(ProjectFiles.root().resolve("Makefile")).stream()
        .filter(line -> line.matches("[a-z-]+:.*## .*"))
        .map(line -> "make " + line.substring(0, line.indexOf(':')))
        .collect(Collectors.toSet());
  }
}
