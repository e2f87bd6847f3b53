package dev.photocredits.credits;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Gives each of many due items its turn, so that one that fails does not stop the others. */
public final class Turns {
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public Turns(TimeOrderedIds ids, InstantSource clock) {
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * What a run did.
   *
   * @param results what the turns returned, in the order in which they were taken
   * @param failures what was thrown, one for each turn that failed
   * @param hasMore whether some items are left for the next run
   */
  public record Taken<R>(List<R> results, List<RuntimeException> failures, boolean hasMore) {
    public Taken {
      results = List.copyOf(results);
      failures = List.copyOf(failures);
    }
  }

  /**
   * Takes turns one after the other. An item whose turn fails is due again in the next run. The
   * order is random: even thousands of items that fail, each of which takes its time, leave every
   * other one its turn within a few runs.
   *
   * @param most how many items to try
   * @param deadline after which no further turn is begun
   */
  public <T, R> Taken<R> take(Page<T> due, int most, Instant deadline, Function<T, R> turn) {
    var results = new ArrayList<R>();
    var failures = new ArrayList<RuntimeException>();
    for (var item : ids.shuffled(due.items()).stream().limit(most).toList()) {
      if (!clock.instant().isBefore(deadline)) {
        return new Taken<>(results, failures, true);
      }
      try {
        results.add(turn.apply(item));
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    return new Taken<>(results, failures, due.hasMore() || due.items().size() > most);
  }
}
