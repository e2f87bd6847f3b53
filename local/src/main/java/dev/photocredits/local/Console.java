package dev.photocredits.local;

import java.io.PrintStream;

/**
 * Standard output without the lines of sweeps that found nothing to do: deployed, they are the sign
 * that the sweeper lives; on a console there would be one every ten seconds.
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
