package dev.photocredits.operator;

import java.util.Locale;

/** Asks the operator before something is done that cannot be undone. */
@FunctionalInterface
public interface Confirmation {
  /** Returns whether the operator agrees. Without a terminal, nothing is asked, and they do not. */
  boolean isGiven(String question);

  /** Asks on the terminal of this process, if it has one. */
  @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again without a terminal
  static Confirmation onTerminal() {
    return question -> {
      var console = System.console();
      if (console == null || !console.isTerminal()) {
        return false;
      }
      var answer = console.readLine("%s [y/N] ", question);
      return answer != null
          && (answer.strip().toLowerCase(Locale.ROOT).equals("y")
              || answer.strip().toLowerCase(Locale.ROOT).equals("yes"));
    };
  }

  /** Agrees without a question if {@code yes}, and otherwise asks as this one does. */
  default Confirmation unless(boolean yes) {
    return yes ? _ -> true : this;
  }
}
