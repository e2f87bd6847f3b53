package dev.photocredits.generation;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Turns;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Gives back what was taken for generations that nobody finishes: their workers are taken for dead
 * once their leases have run out.
 */
public final class Sweeper {
  /** How many overdue generations a run chooses from, the oldest leases first. */
  private static final int READ = 5000;

  /** No generation's lease ends later than that after it began. */
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
   * What a run did.
   *
   * @param refunded how many generations it ended
   * @param credits what it gave back for them
   * @param failures one for each that could not be ended this time: what was thrown
   * @param hasMore whether some are left for the next run
   */
  public record Swept(
      int refunded, Credits credits, List<RuntimeException> failures, boolean hasMore) {
    public Swept {
      failures = List.copyOf(failures);
    }
  }

  /**
   * How long ago the pending generation with the oldest lease began; zero if none is pending. The
   * list may be behind by a moment.
   */
  public Duration oldestPending() {
    var now = clock.instant();
    return generations.overdue(now.plus(LONGEST_LEASE), 1, null).items().stream()
        .map(lease -> Duration.between(lease.generation().createdAt(), now))
        .findFirst()
        .orElse(Duration.ZERO);
  }

  /**
   * Ends overdue generations with the pictures that are there, by the same conditional write as
   * their workers would, each in its turn ({@link Turns}). Any number may sweep at once, and all
   * but the first change nothing.
   *
   * @param most how many generations to try
   * @param deadline after which no further one is begun
   */
  public Swept sweep(int most, Instant deadline) {
    var overdue = generations.overdue(clock.instant(), READ, null);
    var taken = turns.take(overdue, most, deadline, this::end);
    var refunds = taken.results().stream().flatMap(Optional::stream).toList();
    var credits = refunds.stream().reduce(Credits.NONE, Credits::plus);
    return new Swept(refunds.size(), credits, taken.failures(), taken.hasMore());
  }

  // What was given back, if it was we who ended it. The list may be behind: the generation itself
  // says whether it is still pending. If its owner has been erased meanwhile, it was not.
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
