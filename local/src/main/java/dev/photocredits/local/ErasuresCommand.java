package dev.photocredits.local;

import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.erasure.Erasure;
import java.io.PrintStream;
import java.util.Map;

/**
 * {@code make erasures}: lists the erasures that have begun and not finished, and continues each if
 * {@code CONFIRM} is {@code yes}. One that fails does not stop the others.
 *
 * <p>It works on {@code DATA_DIR}, or on the table and the bucket at {@code
 * AWS_ENDPOINT_URL_DYNAMODB} and {@code AWS_ENDPOINT_URL_S3}, which may be in use.
 *
 * <p>Exit codes: 0 if nothing failed; 1 if an erasure did not finish, with the reason on standard
 * output; 2 if the command could not begin.
 */
public final class ErasuresCommand {
  private static final int MAX_LISTED = 1000;

  private ErasuresCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), System.out));
  }

  /**
   * Returns whether nothing failed. Throws {@link StartupFailure} if there is no table or bucket to
   * work on.
   */
  public static boolean run(Map<String, String> variables, PrintStream out) {
    var settings = new Settings(variables);
    var confirmed = settings.get("CONFIRM", "").equals("yes");
    return EraseCommand.with(settings, erasure -> listOrContinue(erasure, confirmed, out));
  }

  private static boolean listOrContinue(Erasure erasure, boolean confirmed, PrintStream out) {
    var unfinished = erasure.unfinished(MAX_LISTED).items();
    if (unfinished.isEmpty()) {
      out.println("There are no unfinished erasures.");
    }
    var haveFinished = true;
    for (var owner : unfinished) {
      if (!confirmed) {
        out.println(owner.value() + ": unfinished erasure. To continue it, set CONFIRM=yes.");
        continue;
      }
      try {
        haveFinished &= EraseCommand.erase(erasure, owner, true, out);
      } catch (StartupFailure e) {
        out.println(owner.value() + ": " + e.getMessage());
        haveFinished = false;
      }
    }
    return haveFinished;
  }
}
