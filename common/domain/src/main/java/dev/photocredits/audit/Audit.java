package dev.photocredits.audit;

import dev.photocredits.audit.Books.Kept.Mark;
import dev.photocredits.audit.Books.Kept.Owner;
import dev.photocredits.credits.Email;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Folds every user's entries and compares what they add up to with what is kept. Writes nothing.
 */
public final class Audit {
  /** How often an account is read that moves while it is read. */
  private static final int READS = 5;

  private final Books books;
  private final InstantSource clock;

  public Audit(Books books, InstantSource clock) {
    this.books = books;
    this.clock = clock;
  }

  /**
   * What an audit found.
   *
   * @param accounts how many it looked at
   * @param unsettled how many of them moved whenever they were read, and are not judged
   * @param isComplete whether there was time for all
   */
  public record Audited(
      int accounts, int unsettled, List<Difference> differences, boolean isComplete) {
    public Audited {
      differences = List.copyOf(differences);
    }
  }

  /**
   * Audits every account, while others may go on writing.
   *
   * @param deadline after which no further account is begun
   */
  public Audited run(Instant deadline) {
    var differences = new ArrayList<Difference>();
    var seen = new HashSet<Email>();
    var unsettled = 0;
    try (var all = books.all()) {
      var kept = all.iterator();
      while (kept.hasNext()) {
        if (!clock.instant().isBefore(deadline)) {
          return new Audited(seen.size(), unsettled, differences, false);
        }
        switch (kept.next()) {
          case Owner(var owner) -> unsettled += audited(owner, seen, differences) ? 0 : 1;
          case Mark(var mark) -> {
            unsettled += audited(mark.owner(), seen, differences) ? 0 : 1;
            Findings.ofMark(mark, books.entry(mark)).ifPresent(differences::add);
          }
        }
      }
    }
    return new Audited(seen.size(), unsettled, differences, true);
  }

  private boolean audited(Email owner, Set<Email> seen, List<Difference> found) {
    if (!seen.add(owner)) {
      return true;
    }
    var account = books.account(owner);
    var differences = Findings.of(account);
    for (var reads = 1; !differences.isEmpty() && reads < READS; reads++) {
      var again = books.account(owner);
      if (again.equals(account)) {
        found.addAll(differences);
        return true;
      }
      account = again;
      differences = Findings.of(account);
    }
    return differences.isEmpty();
  }
}
