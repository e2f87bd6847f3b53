package dev.photocredits.checks.mutants;

import java.util.List;

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
}
