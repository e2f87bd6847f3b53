package dev.photocredits.payments;

import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.SessionId;

/** Looks up current states at the payment provider. */
public interface PaymentLookup {

  /**
   * Returns what has been withdrawn and returned for a dispute. Throws {@link LookupUnavailable} if
   * the provider refused, failed, did not answer in time, or sent an answer that cannot be read.
   */
  PaymentUpdate dispute(DisputeId id);

  /**
   * Looks up a session. A paid one comes with what has happened to its money since. Never throws
   * because of the provider.
   */
  SessionLookupOutcome find(SessionId id);

  /**
   * Returns what to do about the object of an event, in its current state. Needs only the object,
   * since the provider deletes events. Throws {@link LookupUnavailable} if the provider refused,
   * failed or did not answer in time.
   */
  PaymentNotification notification(ProviderEvent event);
}
