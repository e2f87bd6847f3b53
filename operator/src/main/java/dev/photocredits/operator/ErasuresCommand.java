package dev.photocredits.operator;

import dev.photocredits.erasure.Erasure;
import dev.photocredits.lambda.Environment;
import java.io.PrintStream;

/**
 * Lists the erasures that have begun and not finished, and continues each if that is confirmed. One
 * that fails does not stop the others.
 */
final class ErasuresCommand {
  private static final int MAX_LISTED = 1000;

  private ErasuresCommand() {}

  /**
   * Returns whether nothing failed. Throws {@link CommandFailure} if there is no table or bucket to
   * work on.
   */
  static boolean run(Environment environment, Confirmation confirmation, PrintStream out) {
    return EraseCommand.with(environment, erasure -> listOrContinue(erasure, confirmation, out));
  }

  private static boolean listOrContinue(
      Erasure erasure, Confirmation confirmation, PrintStream out) {
    var unfinished = erasure.unfinished(MAX_LISTED).items();
    if (unfinished.isEmpty()) {
      out.println("There are no unfinished erasures.");
      return true;
    }
    unfinished.forEach(owner -> out.println(owner.value() + ": unfinished erasure."));
    if (!confirmation.isGiven("Continue " + unfinished.size() + " unfinished erasures?")) {
      out.println("Nothing was changed. To continue them without a question, use --yes.");
      return true;
    }
    var haveFinished = true;
    for (var owner : unfinished) {
      try {
        haveFinished &= EraseCommand.erase(erasure, owner, _ -> true, out);
      } catch (CommandFailure e) {
        out.println(owner.value() + ": " + e.getMessage());
        haveFinished = false;
      }
    }
    return haveFinished;
  }
}
