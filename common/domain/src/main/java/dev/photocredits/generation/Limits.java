package dev.photocredits.generation;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bounds on what users cause. A limit that is not among them is off.
 *
 * @param bounds how much each allows, at least 1
 */
public record Limits(Map<Limit, Integer> bounds) {
  /** All limits are off. */
  public static final Limits NONE = new Limits(Map.of());

  private static final int NO_BOUND = Integer.MAX_VALUE;

  public Limits {
    if (bounds.values().stream().anyMatch(most -> most < 1)) {
      throw new IllegalArgumentException("a limit must be at least 1: " + bounds);
    }
    bounds = Map.copyOf(bounds);
  }

  /** What is bounded, and for how long it counts. */
  public enum Limit {
    /** Generations of one user that are pending. */
    PENDING(null),
    /** Requests of one user that wait for their pictures. */
    WAITING(null),
    /**
     * Requests for a generation, of one user in an hour of the clock, whose photo was looked at.
     */
    HOURLY(ChronoUnit.HOURS),
    /**
     * Pictures that the model was asked for in an hour of the clock, and that one user did not pay
     * for: they cancelled the generation, or the model's safety rules refused it.
     */
    UNCHARGED(ChronoUnit.HOURS),
    /** Pictures that the model was asked for in a day of UTC, for all users together. */
    DAILY(ChronoUnit.DAYS),
    /** Those of them that were for one user. */
    SHARE(ChronoUnit.DAYS),
    /**
     * Lookups in a minute, by one caller, of checkout sessions that they are not known to have
     * opened.
     */
    LOOKUPS(ChronoUnit.MINUTES);

    /** What is pending or waits may have ended by then. */
    private static final Duration MOMENT = Duration.ofSeconds(30);

    /** A counter outlives its window by so many windows, for those who release late. */
    private static final int LIFE = 7;

    private final @Nullable ChronoUnit window;

    Limit(@Nullable ChronoUnit window) {
      this.window = window;
    }

    /** When the window began that the time is in. */
    public Instant window(Instant at) {
      return at.truncatedTo(unit());
    }

    /** When nobody needs the counter of that window any more. */
    public Instant forgottenAt(Instant at) {
      return window(at).plus(unit().getDuration().multipliedBy(1 + LIFE));
    }

    /** After how long it makes sense to try again: the window's rest, in whole seconds. */
    public Duration retryAfter(Instant now) {
      if (window == null) {
        return MOMENT;
      }
      var rest = Duration.between(now, window(now).plus(window.getDuration()));
      return Duration.ofSeconds(rest.plusNanos(999_999_999).toSeconds());
    }

    private ChronoUnit unit() {
      if (window == null) {
        throw new IllegalStateException(this + " has no window");
      }
      return window;
    }
  }

  /**
   * One counter that a write moves. The write is refused if there is no room.
   *
   * @param at a time in the window that the counter is for
   * @param more by how much; zero only asks whether there is room for one
   * @param most what the counter may come to
   */
  public record Count(Limit limit, Instant at, int more, int most) {
    /** What the counter may hold before, for there to be room. */
    public int room() {
      return most - Math.max(1, more);
    }
  }

  /**
   * The same with that limit.
   *
   * @param most how much it allows; 0 turns it off
   */
  public Limits with(Limit limit, int most) {
    var others = new EnumMap<Limit, Integer>(Limit.class);
    others.putAll(bounds);
    if (most == 0) {
      others.remove(limit);
    } else {
      others.put(limit, most);
    }
    return new Limits(others);
  }

  public boolean isOn(Limit limit) {
    return bounds.containsKey(limit);
  }

  /** How much it allows; {@link Integer#MAX_VALUE} if it is off. */
  public int most(Limit limit) {
    return bounds.getOrDefault(limit, NO_BOUND);
  }

  /**
   * What a request for a generation counts before its photo is looked at, and for which of its
   * user's other limits there must be room by then.
   */
  public List<Count> attempting(Instant now) {
    return those(
        new Count(Limit.HOURLY, now, 1, most(Limit.HOURLY)),
        new Count(Limit.UNCHARGED, now, 0, most(Limit.UNCHARGED)),
        pictures(Limit.SHARE, now, 0));
  }

  /** What the start of a generation counts, and asks for room. */
  public List<Count> starting(Instant now) {
    return those(
        new Count(Limit.UNCHARGED, now, 0, most(Limit.UNCHARGED)),
        pictures(Limit.DAILY, now, VariationPrompt.COUNT),
        pictures(Limit.SHARE, now, VariationPrompt.COUNT));
  }

  private List<Count> those(Count... counts) {
    return Stream.of(counts)
        .filter(count -> isOn(count.limit() == Limit.SHARE ? Limit.DAILY : count.limit()))
        .toList();
  }

  /** What a lookup of a checkout session counts whose caller is not known to have opened it. */
  public List<Count> lookingUp(Instant now) {
    return isOn(Limit.LOOKUPS)
        ? List.of(new Count(Limit.LOOKUPS, now, 1, most(Limit.LOOKUPS)))
        : List.of();
  }

  /** What a request of the model for so many pictures counts, beyond those that were reserved. */
  List<Count> asking(Instant now, int pictures) {
    return pictures == 0 || !isOn(Limit.DAILY)
        ? List.of()
        : List.of(pictures(Limit.DAILY, now, pictures), pictures(Limit.SHARE, now, pictures));
  }

  // The share is counted wherever the day is, so that whoever releases need not know the limits.
  private Count pictures(Limit limit, Instant now, int pictures) {
    return new Count(limit, now, pictures, most(limit));
  }

  /** Gives back pictures that were counted at that time, and that the model was not asked for. */
  static List<Count> releasing(Instant countedAt, int pictures) {
    return pictures == 0
        ? List.of()
        : List.of(
            new Count(Limit.DAILY, countedAt, -pictures, NO_BOUND),
            new Count(Limit.SHARE, countedAt, -pictures, NO_BOUND));
  }

  /** Counts pictures that the model was asked for, and that their user does not pay for. */
  static List<Count> uncharged(Instant at, int pictures) {
    return pictures == 0 ? List.of() : List.of(new Count(Limit.UNCHARGED, at, pictures, NO_BOUND));
  }
}
