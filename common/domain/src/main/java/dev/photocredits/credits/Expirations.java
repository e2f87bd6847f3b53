package dev.photocredits.credits;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Takes off the balances what has expired; until then nobody can spend it either. */
public final class Expirations {
  /** How many users a run chooses from, the earliest expiry first. */
  private static final int READ = 5000;

  private final Ledger ledger;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public Expirations(Ledger ledger, TimeOrderedIds ids, InstantSource clock) {
    this.ledger = ledger;
    this.ids = ids;
    this.clock = clock;
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
   * Takes what has expired off the balances. Any number may do so at once: a lot expires once. A
   * user for whom it fails does not keep the others from it, and is tried again by the next run:
   * the order is random, so that even thousands of them, each of which takes its time, leave every
   * other one their turn within a few runs.
   *
   * @param most how many users to try
   * @param deadline after which no further one is begun
   */
  public Expired run(int most, Instant deadline) {
    var due = ledger.expiring(clock.instant(), READ);
    var credits = Credits.NONE;
    var failures = new ArrayList<RuntimeException>();
    for (var owner : ids.shuffled(due.items()).stream().limit(most).toList()) {
      var now = clock.instant();
      if (!now.isBefore(deadline)) {
        return new Expired(credits, failures, true);
      }
      try {
        credits = credits.plus(ledger.expire(owner, ids.transaction(now), now));
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    return new Expired(credits, failures, due.hasMore() || due.items().size() > most);
  }
}
