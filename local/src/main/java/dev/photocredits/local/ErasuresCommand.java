package dev.photocredits.local;

import dev.photocredits.erasure.Erasure;
import java.io.PrintStream;
import java.util.Map;

/**
 * Lists the erasures that have begun and not ended, and goes on with each if {@code CONFIRM} is
 * {@code yes}. One that fails keeps no other one from its end. Ends with 0 if nothing failed, with
 * 1 if an erasure did not end and why is said, and with 2 if it could not begin. It works on {@code
 * DATA_DIR}, or on the table and the bucket at {@code AWS_ENDPOINT_URL_DYNAMODB} and {@code
 * AWS_ENDPOINT_URL_S3}, which may be in use.
 */
public final class ErasuresCommand {
  private static final int MOST = 1000;

  private ErasuresCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), System.out));
  }

  /** Tells whether nothing failed; throws {@link CannotStart} if it cannot look. */
  public static boolean run(Map<String, String> variables, PrintStream out) {
    var settings = new Settings(variables);
    var confirmed = settings.get("CONFIRM", "").equals("yes");
    return EraseCommand.with(settings, erasure -> goOn(erasure, confirmed, out));
  }

  private static boolean goOn(Erasure erasure, boolean confirmed, PrintStream out) {
    var unfinished = erasure.unfinished(MOST).items();
    if (unfinished.isEmpty()) {
      out.println("Every erasure has ended.");
    }
    var haveEnded = true;
    for (var owner : unfinished) {
      if (!confirmed) {
        out.println(owner.value() + " has an erasure that has not ended. CONFIRM=yes goes on.");
        continue;
      }
      try {
        haveEnded &= EraseCommand.erase(erasure, owner, true, out);
      } catch (CannotStart e) {
        out.println(owner.value() + ": " + e.getMessage());
        haveEnded = false;
      }
    }
    return haveEnded;
  }
}
