package dev.photocredits.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far an audit has come: everything before this place has been judged, and counts in the tally.
 *
 * @param version grows by one whenever a run saves the position, over all audits
 * @param startedAt when the first run began
 * @param savedAt when the last run came so far
 * @param segments the parts of the store, as many as the audit began with
 */
public record Position(
    int version, Instant startedAt, Instant savedAt, List<Segment> segments, Tally tally) {
  /** An audit that no run has gone on with for so long is given up: the next one starts over. */
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
   * @param after the place behind the last page that was judged; null before the first page, and
   *     when all of them are
   */
  public record Segment(@Nullable String after, boolean isDone) {
    static final Segment UNREAD = new Segment(null, false);

    static Segment upTo(@Nullable String next) {
      return new Segment(next, next == null);
    }
  }

  /**
   * What has been counted.
   *
   * @param accounts profiles, each with all that belongs to it
   * @param unsettled how many of those were written to during every read, and are not judged
   */
  public record Tally(long accounts, long unsettled, long discrepancies) {
    static final Tally NOTHING = new Tally(0, 0, 0);

    Tally plus(Tally more) {
      return new Tally(
          accounts + more.accounts, unsettled + more.unsettled, discrepancies + more.discrepancies);
    }
  }

  /** The beginning of an audit, after a position of that version, or 0 if there was none. */
  static Position start(int lastVersion, int segments, Instant now) {
    return new Position(
        lastVersion, now, now, Collections.nCopies(segments, Segment.UNREAD), Tally.NOTHING);
  }

  Position next(List<Segment> to, Tally more, Instant now) {
    return new Position(version + 1, startedAt, now, to, tally.plus(more));
  }

  /** Whether everything has been judged. */
  public boolean isComplete() {
    return segments.stream().allMatch(Segment::isDone);
  }

  /** When the store may forget an audit that is not complete. */
  public Instant expiresAt() {
    return savedAt.plus(LIFE);
  }

  /** Whether the next run goes on from here. */
  boolean isUnderWay(Instant now) {
    return !isComplete() && now.isBefore(expiresAt());
  }
}
