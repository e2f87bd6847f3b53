package dev.photocredits.payments;

import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.SessionId;

/** Asks the payment provider how things stand now. */
public interface PaymentLookup {

  /**
   * What has been withdrawn and returned of that dispute. Throws {@link LookupUnavailable} when the
   * provider refused, failed, did not answer in time, or answered what cannot be read.
   */
  MoneyMoved dispute(DisputeId id);

  /**
   * The session of that id, if the provider tells of one that is ours; of a paid one with what has
   * become of its money since. Never throws for what the provider did.
   */
  FindOutcome find(SessionId id);

  /**
   * What there is to do about the object of that event, as it is now. It needs the object alone,
   * since the provider forgets the event. Throws {@link LookupUnavailable} when the provider
   * refused, failed or did not answer in time.
   */
  PaymentNews news(ProviderEvent event);
}
