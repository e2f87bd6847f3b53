package dev.photocredits.credits;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Takes off the balances what has expired; until then nobody can spend it either. */
public final class Expirations {
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
   * Takes what has expired, of whom it is due first to begin with. Any number may do so at once: a
   * lot expires once. Whoever fails does not keep the others from it, and is tried again by the
   * next run.
   *
   * @param most how many users to look at
   * @param deadline after which no further one is begun
   */
  public Expired run(int most, Instant deadline) {
    var credits = Credits.NONE;
    var failures = new ArrayList<RuntimeException>();
    var due = ledger.expiring(clock.instant(), most);
    for (var owner : due.items()) {
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
    return new Expired(credits, failures, due.hasMore());
  }
}
