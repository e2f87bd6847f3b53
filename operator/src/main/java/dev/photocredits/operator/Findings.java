package dev.photocredits.operator;

import java.io.PrintStream;

/** Prints what the doctor finds, a line for each finding. */
final class Findings {
  private final PrintStream out;
  private boolean hasProblem;

  Findings(PrintStream out) {
    this.out = out;
  }

  void ok(String what) {
    out.println("ok       " + what);
  }

  void problem(String what, String remedy) {
    hasProblem = true;
    out.println("problem  " + what + ": " + remedy);
  }

  /** Something that could not be checked, and what the operator can do about it. */
  void skipped(String what, String remedy) {
    out.println("skipped  " + what + ": " + remedy);
  }

  /** An {@link #ok} or a {@link #problem}. */
  void check(boolean isOk, String what, String otherwise, String remedy) {
    if (isOk) {
      ok(what);
    } else {
      problem(otherwise, remedy);
    }
  }

  boolean hasProblem() {
    return hasProblem;
  }
}
