package dev.photocredits.generation;

import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.Email;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;

/** Decides whether a caller may make another call of a kind in this window. */
public final class CallLimits {
  private final CallCounts counts;
  private final Limits limits;
  private final InstantSource clock;

  public CallLimits(CallCounts counts, Limits limits, InstantSource clock) {
    this.counts = counts;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * The caller has reached a limit.
   *
   * @param most how many calls a window allows
   * @param retryAfter the time until the next window begins
   */
  public record Refusal(Limit limit, int most, Duration retryAfter) {}

  public boolean isOn(Limit limit) {
    return limits.isOn(limit);
  }

  /**
   * Counts a call; call it once, before the work that the limit bounds. Returns nothing if the work
   * may be done, as it always may while the limit is off. A refused call is not counted.
   */
  public Optional<Refusal> refuse(Email caller, Limit limit) {
    return refuse(limit, now -> counts.count(caller, limit, limits, now));
  }

  /**
   * Does the same for a caller who is known by a source address only, such as {@code 192.0.2.1}.
   * The address is not stored: see {@link SourceGroup}.
   */
  public Optional<Refusal> refuseSource(DigestKey key, String address, Limit limit) {
    return refuse(
        limit,
        now -> counts.count(SourceGroup.of(key, address, limit.window(now)), limit, limits, now));
  }

  private Optional<Refusal> refuse(Limit limit, Predicate<Instant> counted) {
    var now = clock.instant();
    return !isOn(limit) || counted.test(now)
        ? Optional.empty()
        : Optional.of(new Refusal(limit, limits.most(limit), limit.retryAfter(now)));
  }
}
