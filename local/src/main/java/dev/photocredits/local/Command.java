package dev.photocredits.local;

import dev.photocredits.emulators.StartupFailure;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs an operator's command and ends the process with its exit code. */
final class Command {
  /** The root logger, referenced here so that it keeps its level: libraries log warnings only. */
  private static final Logger LIBRARIES = Logger.getLogger("");

  private Command() {}

  /**
   * Runs the command. The exit code is 0 if it returns true and 1 if it returns false. It is 2 if
   * the command throws {@link StartupFailure}, whose message goes to standard error.
   */
  static void end(BooleanSupplier command) {
    LIBRARIES.setLevel(Level.WARNING);
    try {
      System.exit(command.getAsBoolean() ? 0 : 1);
    } catch (StartupFailure e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }
}
