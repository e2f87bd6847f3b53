package dev.photocredits.generation;

import dev.photocredits.credits.Turns;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.values.Credits;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Ends abandoned generations, and refunds what they did not deliver. A generation is abandoned when
 * its lease has expired: its worker is assumed to be dead.
 */
public final class Sweeper {
  /** How many overdue generations a run selects from, those with the oldest leases first. */
  private static final int CANDIDATES = 5000;

  /** No lease is longer than this. */
  private static final Duration LONGEST_LEASE = Duration.ofDays(1);

  private final Generations generations;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final Turns turns;

  public Sweeper(Generations generations, TimeOrderedIds ids, InstantSource clock) {
    this.generations = generations;
    this.ids = ids;
    this.clock = clock;
    turns = new Turns(ids, clock);
  }

  /**
   * The result of a run.
   *
   * @param refunded how many generations were ended
   * @param credits the credits that were refunded for them
   * @param failures the exceptions, one for each generation that could not be ended in this run
   * @param hasMore whether generations are left for the next run
   */
  public record Swept(
      int refunded, Credits credits, List<RuntimeException> failures, boolean hasMore) {
    public Swept {
      failures = List.copyOf(failures);
    }
  }

  /**
   * How long ago the pending generation with the oldest lease began; zero if none is pending. The
   * list may lag by a moment.
   */
  public Duration oldestPending() {
    var now = clock.instant();
    return generations.overdue(now.plus(LONGEST_LEASE), 1, null).items().stream()
        .map(lease -> Duration.between(lease.generation().createdAt(), now))
        .findFirst()
        .orElse(Duration.ZERO);
  }

  /**
   * Ends overdue generations with the pictures that are there, in random order ({@link Turns}), by
   * the same conditional write as their workers. Concurrent runs are safe: only the first write has
   * an effect.
   *
   * @param most how many generations to try
   * @param deadline no further generation is started after it
   */
  public Swept sweep(int most, Instant deadline) {
    var overdue = generations.overdue(clock.instant(), CANDIDATES, null);
    var run = turns.take(overdue, most, deadline, this::end);
    var refunds = run.results().stream().flatMap(Optional::stream).toList();
    var credits = refunds.stream().reduce(Credits.NONE, Credits::plus);
    return new Swept(refunds.size(), credits, run.failures(), run.hasMore());
  }

  // Returns the refunded credits if this call ended the generation. The list of leases may lag, so
  // the state of the generation decides. The generation of a user who has been erased meanwhile is
  // not found: it was not pending.
  private Optional<Credits> end(Lease lease) {
    return generations.find(lease.owner(), lease.generation()).flatMap(this::end);
  }

  private Optional<Credits> end(Generation generation) {
    return switch (generation.state()) {
      case Pending pending -> {
        var ended = generation.ended(pending, FailureReason.MODEL_TIMEOUT);
        var refund = ended.refund(ids, clock.instant());
        yield switch (generations.finish(generation, ended, refund)) {
          case Finished _ -> Optional.of(ended.refunded());
          case Overtaken _ -> Optional.empty();
        };
      }
      case Succeeded _, Failed _, Deleted _ -> Optional.empty();
    };
  }
}
