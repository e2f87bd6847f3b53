package dev.photocredits.credits;

import dev.photocredits.values.Page;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Processes many due items one by one, so that an item that fails does not stop the others. */
public final class Turns {
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public Turns(TimeOrderedIds ids, InstantSource clock) {
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * The result of a run.
   *
   * @param results what the calls returned, in the order in which they were made
   * @param failures the exceptions, one for each item that failed
   * @param hasMore whether items are left for the next run
   */
  public record Taken<R>(List<R> results, List<RuntimeException> failures, boolean hasMore) {
    public Taken {
      results = List.copyOf(results);
      failures = List.copyOf(failures);
    }
  }

  /**
   * Calls {@code turn} for one item after the other. An item that fails is due again in the next
   * run. The order is random: even if thousands of items fail, and each takes time, every other
   * item is reached within a few runs.
   *
   * @param most how many items to try
   * @param deadline no further item is started after it
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
