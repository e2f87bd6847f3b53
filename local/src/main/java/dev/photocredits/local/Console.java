package dev.photocredits.local;

import java.io.PrintStream;
import java.util.function.UnaryOperator;

/**
 * Standard output of the local run. It omits the log lines of sweeps that found nothing to do: when
 * deployed, these lines show that the sweeper is alive; here they would appear every ten seconds.
 */
final class Console extends PrintStream {
  private final UnaryOperator<String> format;

  /**
   * @param format how a log line is printed; see {@link ReadableLog}
   */
  Console(PrintStream out, UnaryOperator<String> format) {
    super(out, true);
    this.format = format;
  }

  @Override
  public void println(String line) {
    if (!isIdleSweep(line)) {
      super.println(format.apply(line));
    }
  }

  private static boolean isIdleSweep(String line) {
    return line.startsWith("{")
        && line.contains("\"task\":\"sweep\"")
        && line.contains("\"level\":\"INFO\"")
        && line.contains("\"refunded\":0,\"expired\":0,");
  }
}
