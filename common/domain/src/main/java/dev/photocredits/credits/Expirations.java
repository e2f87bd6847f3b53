package dev.photocredits.credits;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Takes off the balances what has expired; until then nobody can spend it either. */
public final class Expirations {
  /** How many users a run chooses from, the earliest expiry first. */
  private static final int READ = 5000;

  private final Ledger ledger;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final Turns turns;

  public Expirations(Ledger ledger, TimeOrderedIds ids, InstantSource clock) {
    this.ledger = ledger;
    this.ids = ids;
    this.clock = clock;
    turns = new Turns(ids, clock);
  }

  /**
   * What a run did.
   *
   * @param failures one for each user of whom nothing could be taken this time: what was thrown
   * @param hasMore whether some users are left for the next run
   */
  public record Expired(Credits credits, List<RuntimeException> failures, boolean hasMore) {
    public Expired {
      failures = List.copyOf(failures);
    }
  }

  /**
   * Takes what has expired off the balances, of each user in their turn ({@link Turns}). Any number
   * of runs may do so at once: a lot expires once.
   *
   * @param most how many users to try
   * @param deadline after which no further one is begun
   */
  public Expired run(int most, Instant deadline) {
    var due = ledger.expiring(clock.instant(), READ);
    var taken = turns.take(due, most, deadline, this::expire);
    var credits = taken.results().stream().reduce(Credits.NONE, Credits::plus);
    return new Expired(credits, taken.failures(), taken.hasMore());
  }

  private Credits expire(Email owner) {
    var now = clock.instant();
    return ledger.expire(owner, ids.transaction(now), now);
  }
}
