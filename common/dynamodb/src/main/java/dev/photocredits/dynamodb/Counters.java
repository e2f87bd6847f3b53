package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.Table.Change;
import dev.photocredits.dynamodb.TransactWrite.Outcome;
import dev.photocredits.dynamodb.TransactWrite.Part;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.generation.Limits.Count;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.values.Email;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The counters that a transaction increments or decrements: one item for each limit and window,
 * which DynamoDB deletes once it is no longer needed. Because they are parts of the same
 * transaction, they count exactly what it writes.
 */
record Counters(List<Counter> counters) {
  private record Counter(Limit limit, Part<Void> part) {}

  /** Adds the counters to a transaction. */
  static Counters in(TransactWrite transaction, Email owner, List<Count> counts) {
    var counters = new ArrayList<Counter>();
    for (var count : counts) {
      counters.add(new Counter(count.limit(), transaction.update(change(owner, count))));
    }
    return new Counters(counters);
  }

  /**
   * Updates the counters in a transaction of their own. Throws, and counts nothing, if the owner's
   * profile does not meet the condition.
   *
   * @return the first limit, in the order of {@code counts}, that has no room left; nothing was
   *     counted in that case
   */
  static Optional<Limit> count(Table table, Email owner, List<Count> counts, String condition) {
    if (counts.isEmpty()) {
      return Optional.empty();
    }
    var transaction = table.transaction();
    var counters = in(transaction, owner, counts);
    var account = transaction.check(Keys.item(Keys.user(owner), Keys.PROFILE), condition, Map.of());
    var outcome = transaction.execute();
    if (outcome.isRefused(account)) {
      throw new IllegalStateException("the user's account is missing or being erased; retry");
    }
    return counters.full(outcome);
  }

  /** The first limit, in the order in which they were added, that has no room left. */
  Optional<Limit> full(Outcome outcome) {
    return counters.stream()
        .filter(counter -> outcome.isRefused(counter.part()))
        .map(Counter::limit)
        .findFirst();
  }

  private static Change change(Email owner, Count count) {
    var partition = count.limit() == Limit.DAILY ? Keys.allUsers() : Keys.user(owner);
    return new Change(
        Keys.item(partition, Keys.counter(count.limit(), count.limit().window(count.at()))),
        "SET used = if_not_exists(used, :none) + :more, expires_at = :forgotten",
        (count.room() < 0 ? "" : "attribute_not_exists(used) OR ") + "used <= :room",
        Map.of(),
        Map.of(
            ":none", BalanceUpdates.number(0),
            ":more", BalanceUpdates.number(count.more()),
            ":room", BalanceUpdates.number(count.room()),
            ":forgotten",
                BalanceUpdates.number(count.limit().forgottenAt(count.at()).getEpochSecond())));
  }
}
