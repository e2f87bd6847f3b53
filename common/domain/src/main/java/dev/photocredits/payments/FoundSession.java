package dev.photocredits.payments;

import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.values.SessionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The current state of a Checkout Session that we opened.
 *
 * @param paid what the session grants; null unless it is {@link Status#PAID}
 */
public record FoundSession(SessionId id, SaleTerms terms, Status status, @Nullable PaidSession paid)
    implements SessionLookupOutcome {

  /** Returns this session with the updates that its payment has received since. */
  public FoundSession withUpdates(List<PaymentUpdate> updates) {
    return new FoundSession(id, terms, status, paid == null ? null : paid.withUpdates(updates));
  }

  /** The state of a session. */
  public enum Status {
    /** The customer can still pay. */
    OPEN,
    /** The customer has completed it, and the money is on its way. */
    PENDING,
    /** It is paid, or needs no payment. */
    PAID,
    /** It will not be paid: it has expired, or the payment failed. */
    EXPIRED
  }
}
