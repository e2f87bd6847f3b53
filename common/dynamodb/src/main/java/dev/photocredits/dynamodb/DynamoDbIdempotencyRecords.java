package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.TransactWrite.Part;
import dev.photocredits.dynamodb.items.IdempotencyItem;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.IdempotencyRecords;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link IdempotencyRecords} in DynamoDB. DynamoDB deletes a record some time after it expires. */
final class DynamoDbIdempotencyRecords implements IdempotencyRecords {
  private final Table table;

  DynamoDbIdempotencyRecords(Table table) {
    this.table = table;
  }

  /**
   * Adds an idempotency record to a transaction, on condition that the key is unused or expired, or
   * that its record holds the failed result.
   */
  static Part<IdempotencyRecord> put(
      TransactWrite transaction, IdempotencyRecord wanted, @Nullable UUID failed, Instant now) {
    var free = "attribute_not_exists(PK) OR expires_at <= :now";
    var values = new HashMap<String, AttributeValue>();
    values.put(":now", BalanceUpdates.number(now.getEpochSecond()));
    if (failed == null) {
      return transaction.put(IdempotencyItem.SCHEMA, wanted, free, Map.of(), values);
    }
    values.put(":failed", AttributeValue.fromS(failed.toString()));
    return transaction.put(
        IdempotencyItem.SCHEMA,
        wanted,
        free + " OR #result = :failed",
        Map.of("#result", IdempotencyItem.RESULT),
        values);
  }

  @Override
  public IdempotencyRecord putIfAbsent(
      IdempotencyRecord wanted, @Nullable UUID failed, Instant now) {
    var transaction = table.transaction();
    var put = put(transaction, wanted, failed, now);
    var outcome = transaction.execute();
    return outcome.isComplete() ? wanted : outcome.found(put).orElseThrow(outcome::impossible);
  }
}
