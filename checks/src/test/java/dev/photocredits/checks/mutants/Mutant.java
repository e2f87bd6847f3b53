package dev.photocredits.checks.mutants;

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
 * A source file with one guard less.
 *
 * @param name what is missing
 * @param file from the project's folder
 * @param guard the text of the guard, which stands in the file once
 * @param without what stands there instead
 * @param tests the classes of tests of which one must fail
 */
record Mutant(String name, String file, String guard, String without, List<String> tests) {

  /** A condition of a DynamoDB write that is always true, whatever it was. */
  static String always(String condition) {
    return "(" + condition + " OR attribute_exists(PK) OR attribute_not_exists(PK))";
  }

  /** The name of the folder that the file is in, which is the last part of its package. */
  String folder() {
    return file.replaceFirst(".*/([^/]+)/[^/]+$", "$1");
  }

  /**
   * Compiles mutants of different files together into a folder.
   *
   * @param project the project's folder
   * @param files may serve many calls; it reads each library of the class path once
   * @return what is wrong with them: a guard is not there once, or the code does not compile
   *     without it; empty if nothing is wrong
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
        return mutant.file() + " does not have this guard once: " + mutant.guard();
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
