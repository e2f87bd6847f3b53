package dev.photocredits.credits;

import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Removes expired credits from balances. Between their expiry and this write they cannot be spent
 * either.
 */
public final class Expirations {
  /** How many users a run selects from, those with the earliest expiry first. */
  private static final int CANDIDATES = 5000;

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
   * The result of a run.
   *
   * @param credits the sum of the credits that expired
   * @param failures the exceptions, one for each user whose expiry failed in this run
   * @param hasMore whether users are left for the next run
   */
  public record Expired(Credits credits, List<RuntimeException> failures, boolean hasMore) {
    public Expired {
      failures = List.copyOf(failures);
    }
  }

  /**
   * Writes the expiry of all due lots, user by user in random order ({@link Turns}). Concurrent
   * runs are safe: a lot expires once.
   *
   * @param most how many users to try
   * @param deadline no further user is started after it
   */
  public Expired run(int most, Instant deadline) {
    var due = ledger.expiring(clock.instant(), CANDIDATES);
    var run = turns.take(due, most, deadline, this::expire);
    var credits = run.results().stream().reduce(Credits.NONE, Credits::plus);
    return new Expired(credits, run.failures(), run.hasMore());
  }

  private Credits expire(Email owner) {
    var now = clock.instant();
    return ledger.expire(owner, ids.transaction(now), now);
  }
}
