package dev.photocredits.payments;

import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.MoneyMoved;

/**
 * Asks the payment provider how things stand now. Throws {@link LookupUnavailable} when the
 * provider refused, failed, did not answer in time, or answered what cannot be read.
 */
public interface PaymentLookup {

  /** What has been withdrawn and returned of that dispute. */
  MoneyMoved dispute(DisputeId id);
}
