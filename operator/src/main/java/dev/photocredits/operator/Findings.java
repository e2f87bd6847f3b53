package dev.photocredits.operator;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What the doctor finds in one part of the system, a line for each finding. */
final class Findings {
  private final List<String> lines = new ArrayList<>();
  private boolean hasProblem;

  void ok(String what) {
    lines.add("ok       " + what);
  }

  void problem(String what, String remedy) {
    hasProblem = true;
    lines.add("problem  " + what + ": " + remedy);
  }

  /** Something that could not be checked, and what the operator can do about it. */
  void skipped(String what, String remedy) {
    lines.add("skipped  " + what + ": " + remedy);
  }

  /** An {@link #ok} or a {@link #problem}. */
  void check(boolean isOk, String what, String otherwise, String remedy) {
    if (isOk) {
      ok(what);
    } else {
      problem(otherwise, remedy);
    }
  }

  void print(PrintStream out) {
    lines.forEach(out::println);
  }

  boolean hasProblem() {
    return hasProblem;
  }
}
