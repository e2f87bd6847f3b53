package dev.photocredits.reconciliation;

import dev.photocredits.payments.ProviderEvent;
import java.time.Instant;

/**
 * An event that is not settled: handling it failed, or an operator must look at it.
 *
 * @param problem what is wrong, in one sentence without personal data
 * @param isHandled whether all consequences of the event are written, so that only an operator can
 *     settle it; otherwise each reconciliation tries it again
 * @param openedAt when it was first found
 * @param lastAt when it was last found or tried
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

  /** Describes an exception in at most 200 characters, with every e-mail address masked. */
  static String problem(RuntimeException exception) {
    var text = exception.getClass().getSimpleName() + ": " + exception.getMessage();
    var masked = text.replaceAll(ADDRESS, "***");
    return masked.substring(0, Math.min(masked.length(), LONGEST));
  }

  /** The text for the log and for operators. */
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
