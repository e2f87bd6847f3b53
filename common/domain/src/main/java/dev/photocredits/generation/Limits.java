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
 * Upper bounds on what users cause. A limit without a bound is off.
 *
 * @param bounds how much each limit allows, at least 1
 */
public record Limits(Map<Limit, Integer> bounds) {
  /** No limits: all are off. */
  public static final Limits NONE = new Limits(Map.of());

  private static final int NO_BOUND = Integer.MAX_VALUE;

  public Limits {
    if (bounds.values().stream().anyMatch(most -> most < 1)) {
      throw new IllegalArgumentException("a limit must be at least 1: " + bounds);
    }
    bounds = Map.copyOf(bounds);
  }

  /** A kind of limit, and the window of time for which it counts. */
  public enum Limit {
    /** Pending generations of one user. */
    PENDING(null),
    /** Requests of one user that wait for their pictures. */
    WAITING(null),
    /** Generation requests of one user whose photo was read, within one clock hour. */
    HOURLY(ChronoUnit.HOURS),
    /**
     * Pictures that the model was asked for and one user did not pay for, within one clock hour:
     * the user cancelled the generation, or the model rejected the prompt or the photo.
     */
    UNCHARGED(ChronoUnit.HOURS),
    /** Pictures that the model was asked for, for all users together, within one UTC day. */
    DAILY(ChronoUnit.DAYS),
    /** Pictures that the model was asked for, for one user, within one UTC day. */
    SHARE(ChronoUnit.DAYS),
    /**
     * Lookups by one caller, within one clock minute, of checkout sessions that the caller is not
     * known to have opened.
     */
    LOOKUPS(ChronoUnit.MINUTES),
    /** Uploads that one caller opens, within one clock hour. */
    UPLOADS(ChronoUnit.HOURS),
    /**
     * Requests of one caller to open a checkout session, repeats included, within one clock hour.
     */
    CHECKOUTS(ChronoUnit.HOURS),
    /** Feedback messages from one group of source addresses, within one clock hour. */
    FEEDBACK(ChronoUnit.HOURS);

    /** How long to wait before retrying when something pending or waiting must end first. */
    private static final Duration MOMENT = Duration.ofSeconds(30);

    /**
     * How many windows a counter outlives its own window by, so that it can still be released late.
     */
    private static final int LIFE = 7;

    private final @Nullable ChronoUnit window;

    Limit(@Nullable ChronoUnit window) {
      this.window = window;
    }

    /** The beginning of the window that contains the time. */
    public Instant window(Instant at) {
      return at.truncatedTo(unit());
    }

    /** When the counter of the window that contains the time may be deleted. */
    public Instant forgottenAt(Instant at) {
      return window(at).plus(unit().getDuration().multipliedBy(1 + LIFE));
    }

    /** How long to wait before retrying: the rest of the window, in whole seconds. */
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
   * A change of one counter as a part of a write. The write is refused if the counter would exceed
   * its bound.
   *
   * @param at a time in the window of the counter
   * @param more the change; 0 only checks that there is room for 1 more
   * @param most the highest value that the counter may reach
   */
  public record Count(Limit limit, Instant at, int more, int most) {
    /** The highest current value of the counter at which the write is accepted. */
    public int room() {
      return most - Math.max(1, more);
    }
  }

  /**
   * Returns these limits with one changed.
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

  /** How much the limit allows; {@link Integer#MAX_VALUE} if it is off. */
  public int most(Limit limit) {
    return bounds.getOrDefault(limit, NO_BOUND);
  }

  /**
   * The counts of a generation request before its photo is read. They also check that the other
   * limits of the user have room.
   */
  public List<Count> attempting(Instant now) {
    return counted(
        new Count(Limit.HOURLY, now, 1, most(Limit.HOURLY)),
        new Count(Limit.UNCHARGED, now, 0, most(Limit.UNCHARGED)),
        pictures(Limit.SHARE, now, 0));
  }

  /**
   * The counts of the start of a generation of this many pictures, including those that only check
   * for room.
   */
  public List<Count> starting(Instant now, int pictures) {
    return counted(
        new Count(Limit.UNCHARGED, now, 0, most(Limit.UNCHARGED)),
        pictures(Limit.DAILY, now, pictures),
        pictures(Limit.SHARE, now, pictures));
  }

  private List<Count> counted(Count... counts) {
    return Stream.of(counts)
        .filter(count -> isOn(count.limit() == Limit.SHARE ? Limit.DAILY : count.limit()))
        .toList();
  }

  /** The count of a call that a limit bounds by itself; none if the limit is off. */
  public List<Count> calling(Limit limit, Instant now) {
    return isOn(limit) ? List.of(new Count(limit, now, 1, most(limit))) : List.of();
  }

  /** The counts of a call of the model for this many pictures beyond the reserved ones. */
  List<Count> asking(Instant now, int pictures) {
    return pictures == 0 || !isOn(Limit.DAILY)
        ? List.of()
        : List.of(pictures(Limit.DAILY, now, pictures), pictures(Limit.SHARE, now, pictures));
  }

  // The share is counted whenever the day is, so that a release does not depend on which limits are
  // on.
  private Count pictures(Limit limit, Instant now, int pictures) {
    return new Count(limit, now, pictures, most(limit));
  }

  /**
   * The counts that release pictures that were counted at that time and for which the model was not
   * called.
   */
  static List<Count> releasing(Instant countedAt, int pictures) {
    return pictures == 0
        ? List.of()
        : List.of(
            new Count(Limit.DAILY, countedAt, -pictures, NO_BOUND),
            new Count(Limit.SHARE, countedAt, -pictures, NO_BOUND));
  }

  /** The counts of pictures that the model was asked for and the user does not pay for. */
  static List<Count> uncharged(Instant at, int pictures) {
    return pictures == 0 ? List.of() : List.of(new Count(Limit.UNCHARGED, at, pictures, NO_BOUND));
  }
}
