package dev.photocredits.payments;

import dev.photocredits.credits.Page;
import java.time.Instant;

/**
 * The events that are not settled, kept until they are handled or an operator closes them. Every
 * method is atomic and may be called by any number of callers at once; an exception means that the
 * outcome is unknown, and a repeat settles it.
 */
public interface OpenEvents {

  /**
   * Opens an event, or counts one more attempt at one that is open. An event that an operator has
   * closed stays closed, and one that was opened as handled stays so, with its problem.
   *
   * @param problem a sentence without personal data
   * @param isHandled whether only an operator can settle it
   * @return whether that is news: the event was not open, and is now
   */
  boolean open(ProviderEvent event, String problem, boolean isHandled, Instant now);

  /** Closes the event of that id since it has been handled; without effect on any other event. */
  void close(String event, Instant now);

  /**
   * Closes the event of that id for an operator, whatever happens to it later.
   *
   * @param actor who closes it
   * @return whether it was open
   */
  boolean close(String event, String actor, String reason, Instant now);

  /**
   * The events that are open: those to be tried again first, the longest ago tried at the head,
   * then those that are handled. One that was opened a moment ago may be missing.
   */
  Page<OpenEvent> list(int limit);
}
