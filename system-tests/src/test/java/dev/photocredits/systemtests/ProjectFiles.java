package dev.photocredits.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** The files of the project. */
public final class ProjectFiles {
  private ProjectFiles() {}

  /** The root folder of the project, which contains the template. */
  public static Path root() {
    var template = Path.of(System.getProperty("photocredits.template"));
    return Objects.requireNonNull(template.getParent());
  }

  /** The name of the folder in functions/ of a function in the template. */
  public static String folder(String function) {
    return function.replace("Function", "").toLowerCase(Locale.ROOT);
  }

  /** The names of the folders in functions/ that contain a Lambda function. */
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
