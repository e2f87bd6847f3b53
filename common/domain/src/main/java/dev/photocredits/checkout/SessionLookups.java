package dev.photocredits.checkout;

import dev.photocredits.generation.CallLimits;
import dev.photocredits.generation.CallLimits.Refusal;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.values.Email;
import dev.photocredits.values.SessionId;
import java.util.Optional;

/**
 * Decides whether a caller may trigger a lookup of a session at the payment provider. All customers
 * share the provider's rate limit, so a caller who guesses ids must not use it up. Lookups of
 * sessions that the caller opened are not counted; all others are.
 */
public final class SessionLookups {
  private final PurchaseOrders orders;
  private final CallLimits calls;

  public SessionLookups(PurchaseOrders orders, CallLimits calls) {
    this.orders = orders;
    this.calls = calls;
  }

  /**
   * Counts a lookup; call it once before asking the provider. Returns nothing if the provider may
   * be asked. That is always so for a session of one of the caller's purchase orders, and while
   * {@link Limit#LOOKUPS} is off. A refused lookup is not counted.
   */
  public Optional<Refusal> refuse(Email caller, SessionId session) {
    return !calls.isOn(Limit.LOOKUPS) || orders.isFor(caller, session)
        ? Optional.empty()
        : calls.refuse(caller, Limit.LOOKUPS);
  }
}
