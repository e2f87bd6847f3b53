package dev.photocredits.checks.mutants;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * {@code make mutants}: compiles each mutant beside the project's classes, runs its tests in a
 * process of its own, and prints which guards are missed when they are gone. Ends with 1 if one is
 * not. {@code only=} with words, separated by commas, chooses the mutants whose names hold one.
 */
public final class Mutants {
  private static final String ONLY = "only=";

  private final Path project;
  private final Path work;
  private final String classPath;

  private Mutants(Path project, Path work, String classPath) {
    this.project = project;
    this.work = work;
    this.classPath = classPath;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    var work = Files.createTempDirectory("mutants");
    var mutants = new Mutants(Path.of(""), work, System.getProperty("java.class.path"));
    var words =
        Stream.of(args)
            .filter(arg -> arg.startsWith(ONLY))
            .flatMap(arg -> Stream.of(arg.substring(ONLY.length()).split(",")))
            .filter(word -> !word.isBlank())
            .toList();
    var survivors = 0;
    try {
      for (var mutant : Catalogue.all()) {
        if (words.isEmpty() || words.stream().anyMatch(mutant.name()::contains)) {
          survivors += mutants.survives(mutant, System.out) ? 1 : 0;
        }
      }
    } finally {
      delete(work);
    }
    System.out.printf("%d survived%n", survivors);
    System.exit(survivors == 0 ? 0 : 1);
  }

  private boolean survives(Mutant mutant, PrintStream out)
      throws IOException, InterruptedException {
    var began = System.nanoTime();
    var classes = compiled(mutant);
    var killer = killer(mutant, classes);
    out.printf(
        Locale.ROOT,
        "%-9s %5.1f s  %-52s %s%n",
        killer.isEmpty() ? "SURVIVED" : "killed",
        (System.nanoTime() - began) / 1e9,
        mutant.name(),
        killer);
    return killer.isEmpty();
  }

  private Path compiled(Mutant mutant) throws IOException {
    var file = project.resolve(mutant.file());
    var source = Files.readString(file);
    if (source.split(Pattern.quote(mutant.guard()), -1).length != 2) {
      throw new IllegalStateException(mutant.name() + ": the guard does not stand there once");
    }
    var folder = Files.createTempDirectory(work, "mutant");
    var mutated = folder.resolve(Objects.requireNonNull(file.getFileName()));
    Files.writeString(mutated, source.replace(mutant.guard(), mutant.without()));
    var said = new StringWriter();
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var options = List.of("-proc:none", "-nowarn", "-cp", classPath, "-d", folder.toString());
      var units = files.getJavaFileObjects(mutated);
      if (!compiler.getTask(said, files, null, options, null, units).call()) {
        throw new IllegalStateException(mutant.name() + " does not compile: " + said);
      }
    }
    return folder;
  }

  /** The test that failed first; empty if none did. */
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
              .filter(line -> line.startsWith(FirstFailure.MARK))
              .map(line -> line.substring(FirstFailure.MARK.length()))
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
