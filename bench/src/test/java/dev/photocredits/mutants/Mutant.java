package dev.photocredits.mutants;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A source file with one guard removed.
 *
 * @param name the guard's purpose
 * @param file the file, relative to the project's folder
 * @param guard the code of the guard, which occurs in the file once
 * @param without the code that replaces it
 * @param tests the test classes, of which at least one must fail
 */
record Mutant(String name, String file, String guard, String without, List<String> tests) {

  /** Extends a condition of a DynamoDB write so that it is always true. */
  static String always(String condition) {
    return "(" + condition + " OR attribute_exists(PK) OR attribute_not_exists(PK))";
  }

  /** The name of the file's folder, which is the last part of its package. */
  String folder() {
    return file.replaceFirst(".*/([^/]+)/[^/]+$", "$1");
  }

  /**
   * Compiles mutants of different files into a folder.
   *
   * @param project the project's folder
   * @param files the file manager, which reads each library once and can be used for many calls
   * @return the problem, or an empty text if there is none: a guard does not occur exactly once, or
   *     the code does not compile without it
   */
  static String compile(
      List<Mutant> mutants,
      Path project,
      StandardJavaFileManager files,
      String classPath,
      Path folder)
      throws IOException {
    var mutated = new ArrayList<Path>();
    for (var mutant : mutants) {
      var source = Files.readString(project.resolve(mutant.file()));
      if (source.split(Pattern.quote(mutant.guard()), -1).length != 2) {
        return mutant.file() + " must have this guard exactly once: " + mutant.guard();
      }
      var copy = folder.resolve(mutant.file());
      Files.createDirectories(Objects.requireNonNull(copy.getParent()));
      Files.writeString(copy, source.replace(mutant.guard(), mutant.without()));
      mutated.add(copy);
    }
    var errors = new StringWriter();
    var options = List.of("-proc:none", "-nowarn", "-cp", classPath, "-d", folder.toString());
    var units = files.getJavaFileObjectsFromPaths(mutated);
    var compiler = ToolProvider.getSystemJavaCompiler();
    return compiler.getTask(errors, files, null, options, null, units).call()
        ? ""
        : "does not compile: " + errors;
  }
}
