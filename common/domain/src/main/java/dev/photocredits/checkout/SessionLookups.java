package dev.photocredits.checkout;

import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.values.Email;
import dev.photocredits.values.SessionId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Decides whether a caller may trigger a lookup of a session at the payment provider. All customers
 * share the provider's rate limit, so a caller who guesses ids must not use it up. Lookups of
 * sessions that the caller opened are not counted; all others are.
 */
public final class SessionLookups {
  private final PurchaseOrders orders;
  private final Limits limits;
  private final InstantSource clock;

  public SessionLookups(PurchaseOrders orders, Limits limits, InstantSource clock) {
    this.orders = orders;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * The caller has made too many lookups in this minute.
   *
   * @param most how many lookups a minute allows
   * @param retryAfter the time until the next minute begins
   */
  public record Refusal(int most, Duration retryAfter) {}

  /**
   * Counts a lookup; call it once before asking the provider. Returns nothing if the provider may
   * be asked. That is always so for a session of one of the caller's purchase orders, and while
   * {@link Limit#LOOKUPS} is off. A refused lookup is not counted.
   */
  public Optional<Refusal> refuse(Email caller, SessionId session) {
    if (!limits.isOn(Limit.LOOKUPS) || orders.isFor(caller, session)) {
      return Optional.empty();
    }
    var now = clock.instant();
    return orders.countLookup(caller, limits, now)
        ? Optional.empty()
        : Optional.of(new Refusal(limits.most(Limit.LOOKUPS), Limit.LOOKUPS.retryAfter(now)));
  }
}
