package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.aws.dynamodb.TransactWrite.Outcome;
import dev.photocredits.aws.dynamodb.TransactWrite.Part;
import dev.photocredits.credits.Email;
import dev.photocredits.generation.Limits.Count;
import dev.photocredits.generation.Limits.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The counters that a transaction moves: for each limit and window an item, which DynamoDB deletes
 * when nobody needs it any more. As parts of the transaction they count exactly what it writes.
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
   * Counts in a transaction of its own. Fails, and has counted nothing, if the owner's profile is
   * not as the condition says.
   *
   * @return the first limit, in their order, for which there was no room; nothing was counted then
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
      throw new IllegalStateException("the user is being erased: to be asked again");
    }
    return counters.full(outcome);
  }

  /** The first limit, in their order, for which there was no room. */
  Optional<Limit> full(Outcome outcome) {
    return counters.stream()
        .filter(counter -> outcome.isRefused(counter.part()))
        .map(Counter::limit)
        .findFirst();
  }

  private static Change change(Email owner, Count count) {
    var partition = count.limit() == Limit.DAILY ? Keys.everybody() : Keys.user(owner);
    return new Change(
        Keys.item(partition, Keys.counter(count.limit(), count.limit().window(count.at()))),
        "SET used = if_not_exists(used, :none) + :more, expires_at = :forgotten",
        (count.room() < 0 ? "" : "attribute_not_exists(used) OR ") + "used <= :room",
        Map.of(),
        Map.of(
            ":none", Balance.number(0),
            ":more", Balance.number(count.more()),
            ":room", Balance.number(count.room()),
            ":forgotten", Balance.number(count.limit().forgottenAt(count.at()).getEpochSecond())));
  }
}
