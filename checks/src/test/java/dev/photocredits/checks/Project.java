package dev.photocredits.checks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** The project's files. */
public final class Project {
  private Project() {}

  /** The folder that holds the template. */
  public static Path root() {
    var template = Path.of(System.getProperty("photocredits.template"));
    return Objects.requireNonNull(template.getParent());
  }

  /** The folder in functions/ of that function of the template. */
  static String folder(String function) {
    return function.replace("Function", "").toLowerCase(Locale.ROOT);
  }

  /** The names of the folders in functions/, each a Lambda function. */
  public static List<String> functions() {
    try (Stream<Path> folders = Files.list(root().resolve("functions"))) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("pom.xml")))
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
