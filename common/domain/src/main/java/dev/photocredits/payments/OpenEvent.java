package dev.photocredits.payments;

import java.time.Instant;

/**
 * An event that is not settled: it could not be handled, or an operator has to look at it.
 *
 * @param problem what is wrong with it, in a sentence without personal data
 * @param isHandled whether everything that follows from the event is written, so that only an
 *     operator can settle it; otherwise each reconciliation tries it again
 * @param openedAt when it was found first
 * @param lastAt when it was found or tried last
 * @param attempts how often it was found or tried
 */
public record OpenEvent(
    ProviderEvent event,
    String problem,
    boolean isHandled,
    Instant openedAt,
    Instant lastAt,
    int attempts) {
  private static final String ADDRESS = "[^\\s@\"'<>]+@[^\\s@\"'<>]+";
  private static final int LONGEST = 200;

  /** What an exception says, with every e-mail address masked, in at most 200 characters. */
  static String problem(RuntimeException thrown) {
    var said = thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
    var masked = said.replaceAll(ADDRESS, "***");
    return masked.substring(0, Math.min(masked.length(), LONGEST));
  }

  /** For the log and for operators. */
  @Override
  public String toString() {
    return "%s: %s; open since %s, %s, last at %s"
        .formatted(
            event,
            problem,
            openedAt,
            isHandled ? "handled" : attempts + (attempts == 1 ? " attempt" : " attempts"),
            lastAt);
  }
}
