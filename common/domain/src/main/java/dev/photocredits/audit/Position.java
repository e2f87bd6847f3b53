package dev.photocredits.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far an audit has come. Everything before the position has been checked, and counts in the
 * tally.
 *
 * @param version increases by one with every save, across all audits
 * @param startedAt when the audit began
 * @param savedAt when the position was reached
 * @param segments the segments of the store, as many as the audit began with
 */
public record Position(
    int version, Instant startedAt, Instant savedAt, List<Segment> segments, Tally tally) {
  /** How long after its last save an audit is given up; the next run then starts over. */
  static final Duration LIFE = Duration.ofDays(2);

  public Position {
    segments = List.copyOf(segments);
    if (segments.isEmpty()) {
      throw new IllegalArgumentException("an audit has at least one segment");
    }
  }

  /**
   * How far a segment has been read.
   *
   * @param after where to continue after the last page that was checked; null before the first page
   *     and at the end
   * @param isDone whether all pages have been checked
   */
  public record Segment(@Nullable String after, boolean isDone) {
    static final Segment UNREAD = new Segment(null, false);

    static Segment upTo(@Nullable String next) {
      return new Segment(next, next == null);
    }
  }

  /**
   * The counts of an audit.
   *
   * @param accounts how many profiles were found
   * @param unsettled how many accounts, grant records and payments were not checked, because they
   *     were written to during every read
   * @param discrepancies how many discrepancies were found
   */
  public record Tally(long accounts, long unsettled, long discrepancies) {
    static final Tally NOTHING = new Tally(0, 0, 0);

    Tally plus(Tally more) {
      return new Tally(
          accounts + more.accounts, unsettled + more.unsettled, discrepancies + more.discrepancies);
    }
  }

  /** Starts an audit after a position with that version, or 0 if there was none. */
  static Position start(int lastVersion, int segments, Instant now) {
    return new Position(
        lastVersion, now, now, Collections.nCopies(segments, Segment.UNREAD), Tally.NOTHING);
  }

  Position next(List<Segment> to, Tally more, Instant now) {
    return new Position(version + 1, startedAt, now, to, tally.plus(more));
  }

  /** Whether everything has been checked. */
  public boolean isComplete() {
    return segments.stream().allMatch(Segment::isDone);
  }

  /** When the store may delete the position of an audit that is not complete. */
  public Instant expiresAt() {
    return savedAt.plus(LIFE);
  }

  /** Whether the next run continues from this position. */
  boolean isRunning(Instant now) {
    return !isComplete() && now.isBefore(expiresAt());
  }
}
