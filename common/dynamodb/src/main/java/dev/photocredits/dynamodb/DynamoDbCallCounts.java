package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.Table.Change;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.Tombstone;
import dev.photocredits.generation.CallCounts;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.SourceGroup;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.Map;

/** {@link CallCounts} in DynamoDB. */
final class DynamoDbCallCounts implements CallCounts {
  private final Table table;

  DynamoDbCallCounts(Table table) {
    this.table = table;
  }

  // An account that is being erased gets no new items, and no new counters.
  @Override
  public boolean count(Email caller, Limit limit, Limits limits, Instant now) {
    var notErased = "attribute_not_exists(" + Tombstone.ERASED_AS + ")";
    return Counters.count(table, caller, limits.calling(limit, now), notErased).isEmpty();
  }

  // In a transaction, because DynamoDB recognizes a repeat of one, and counts it once. Nothing is
  // released later, so the counter may be deleted at the end of its window.
  @Override
  public boolean count(SourceGroup source, Limit limit, Limits limits, Instant now) {
    var transaction = table.transaction();
    for (var count : limits.calling(limit, now)) {
      var end = now.plus(limit.retryAfter(now)).getEpochSecond();
      var _ =
          transaction.update(
              new Change(
                  Keys.sourceCounter(limit, limit.window(now), source),
                  "SET used = if_not_exists(used, :none) + :one, expires_at = :forgotten",
                  "attribute_not_exists(used) OR used <= :room",
                  Map.of(),
                  Map.of(
                      ":none", BalanceUpdates.number(0),
                      ":one", BalanceUpdates.number(1),
                      ":room", BalanceUpdates.number(count.room()),
                      ":forgotten", BalanceUpdates.number(end))));
    }
    return !limits.isOn(limit) || transaction.execute().isComplete();
  }
}
