package dev.photocredits.local;

import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What an operator's command ends this process with. */
final class Command {
  /** Kept, so that its level is kept: libraries log their warnings only. */
  private static final Logger LIBRARIES = Logger.getLogger("");

  private Command() {}

  /**
   * Runs the command and ends with 0 if it tells that all is well, with 1 if not, and with 2 and
   * the reason if it throws {@link CannotStart}.
   */
  static void end(BooleanSupplier command) {
    LIBRARIES.setLevel(Level.WARNING);
    try {
      System.exit(command.getAsBoolean() ? 0 : 1);
    } catch (CannotStart e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }
}
