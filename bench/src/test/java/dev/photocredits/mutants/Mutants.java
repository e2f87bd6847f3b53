package dev.photocredits.mutants;

import dev.photocredits.mutants.MutationScore.Fate;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * {@code make mutants}: compiles each mutant against the project's classes, runs its tests in a
 * separate process, and prints which test fails. Exits with 1 if a mutant survives or is invalid.
 * {@code only=} followed by words, separated by commas, selects mutants whose names contain one.
 */
public final class Mutants {
  private static final String ONLY = "only=";

  private final Path project;
  private final Path work;
  private final StandardJavaFileManager files;
  private final String classPath;

  private Mutants(Path project, Path work, StandardJavaFileManager files, String classPath) {
    this.project = project;
    this.work = work;
    this.files = files;
    this.classPath = classPath;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    var words =
        Stream.of(args)
            .filter(arg -> arg.startsWith(ONLY))
            .flatMap(arg -> Stream.of(arg.substring(ONLY.length()).split(",")))
            .filter(word -> !word.isBlank())
            .toList();
    var work = Files.createTempDirectory("mutants");
    var compiler = ToolProvider.getSystemJavaCompiler();
    var score = new MutationScore();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var mutants = new Mutants(Path.of(""), work, files, System.getProperty("java.class.path"));
      for (var mutant : MutantCatalogue.all()) {
        if (words.isEmpty() || words.stream().anyMatch(mutant.name()::contains)) {
          score.count(mutant.folder(), mutants.fate(mutant, System.out));
        }
      }
    } finally {
      delete(work);
    }
    System.out.printf("%n%s", score.table());
    System.exit(score.isClean() ? 0 : 1);
  }

  /** Tests the mutant, and prints its result. */
  private Fate fate(Mutant mutant, PrintStream out) throws IOException, InterruptedException {
    var began = System.nanoTime();
    var classes = Files.createTempDirectory(work, "mutant");
    var problem = Mutant.compile(List.of(mutant), project, files, classPath, classes);
    var killer = problem.isEmpty() ? killer(mutant, classes) : "";
    var fate = !problem.isEmpty() ? Fate.INVALID : killer.isEmpty() ? Fate.SURVIVED : Fate.KILLED;
    out.printf(
        Locale.ROOT,
        "%-9s %5.1f s  %-52s %s%n",
        fate == Fate.KILLED ? "killed" : fate,
        (System.nanoTime() - began) / 1e9,
        mutant.name(),
        killer + problem);
    return fate;
  }

  /** The test that failed first, or an empty text if none failed. */
  private String killer(Mutant mutant, Path classes) throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.awt.headless=true",
                "-Dphotocredits.template=" + project.resolve("template.yaml").toAbsolutePath(),
                "-cp",
                classes + File.pathSeparator + classPath,
                FirstFailure.class.getName()));
    command.addAll(mutant.tests());
    var log = classes.resolve("log").toFile();
    var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    var code = process.waitFor();
    var lines = Files.readAllLines(log.toPath());
    return switch (code) {
      case 0 -> "";
      case FirstFailure.FAILED ->
          lines.stream()
              .filter(line -> line.startsWith(FirstFailure.PREFIX))
              .map(line -> line.substring(FirstFailure.PREFIX.length()))
              .findFirst()
              .orElse("?");
      default -> throw new IllegalStateException(mutant.name() + " ran no tests: " + lines);
    };
  }

  private static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
