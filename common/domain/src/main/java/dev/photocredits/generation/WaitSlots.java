package dev.photocredits.generation;

import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Limits how many requests of a user wait for a worker at the same time. */
public final class WaitSlots {
  private final Generations generations;
  private final Limits limits;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public WaitSlots(
      Generations generations, Limits limits, TimeOrderedIds ids, InstantSource clock) {
    this.generations = generations;
    this.limits = limits;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Lets a request wait for its pictures, unless the owner already has as many waiting requests as
   * the limits allow. The caller must call {@link #stopWaiting} in the end; if its process dies,
   * the wait counts until it expires.
   */
  public Optional<WaitSlot> startWaiting(Email owner, Instant until) {
    var now = clock.instant();
    var wait = new WaitSlot(owner, ids.next(now), until);
    return generations.startWaiting(wait, limits, now) ? Optional.of(wait) : Optional.empty();
  }

  /** Stops a wait. */
  public void stopWaiting(WaitSlot wait) {
    generations.stopWaiting(wait);
  }
}
