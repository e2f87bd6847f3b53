package dev.photocredits.reconciliation;

import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.values.Page;
import java.time.Instant;

/**
 * The events that are not settled. They are kept until they are handled or an operator closes them.
 * Every method is atomic and safe for concurrent use; an exception means that the outcome is
 * unknown: repeat the call.
 */
public interface OpenEvents {

  /**
   * Opens an event, or counts one more attempt at an open one. An event that an operator closed
   * stays closed. An event that was opened as handled stays handled, with its problem.
   *
   * @param problem one sentence without personal data
   * @param isHandled whether only an operator can settle it
   * @return whether this call opened it: false if it was open before or an operator has closed it
   */
  boolean open(ProviderEvent event, String problem, boolean isHandled, Instant now);

  /**
   * Closes an event because a retry has handled it. Has no effect on an event that is not open, or
   * that only an operator can settle.
   */
  void close(String event, Instant now);

  /**
   * Closes the event for an operator. It stays closed if it is reported or fails again.
   *
   * @param actor the operator
   * @return whether it was open
   */
  boolean close(String event, String actor, String reason, Instant now);

  /**
   * Lists the open events: first those to be tried again, the least recently tried first, and then
   * those that are handled. An event that has just been opened may be missing.
   */
  Page<OpenEvent> list(int limit);
}
