package dev.photocredits.payments;

import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.SessionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Checkout Session of ours, as the provider has it now.
 *
 * @param paid the session as what it grants, once it is {@link Status#PAID}
 */
public record FoundSession(SessionId id, SaleTerms terms, Status status, @Nullable PaidSession paid)
    implements FindOutcome {

  /** The same session, of whose money that has become since it was paid. */
  public FoundSession after(List<MoneyMoved> moved) {
    return new FoundSession(id, terms, status, paid == null ? null : paid.after(moved));
  }

  /** How far a session is. */
  public enum Status {
    /** It can be paid. */
    OPEN,
    /** It is completed, and its money is on the way. */
    PENDING,
    /** It is paid, or needs no payment. */
    PAID,
    /** No money will come any more: its time is over, or the payment failed. */
    EXPIRED
  }
}
