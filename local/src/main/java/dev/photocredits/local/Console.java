package dev.photocredits.local;

import java.io.PrintStream;

/**
 * Standard output without the log lines of sweeps that found nothing to do. When deployed, these
 * lines show that the sweeper is alive; on a console they would appear every ten seconds.
 */
final class Console extends PrintStream {
  Console(PrintStream out) {
    super(out, true);
  }

  @Override
  public void println(String line) {
    if (!isIdleSweep(line)) {
      super.println(line);
    }
  }

  private static boolean isIdleSweep(String line) {
    return line.startsWith("{")
        && line.contains("\"task\":\"sweep\"")
        && line.contains("\"level\":\"INFO\"")
        && line.contains("\"refunded\":0,\"expired\":0,");
  }
}
