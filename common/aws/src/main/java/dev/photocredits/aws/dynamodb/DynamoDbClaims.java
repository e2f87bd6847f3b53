package dev.photocredits.aws.dynamodb;

import dev.photocredits.credits.GenerationId;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.Claims;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** {@link Claims} in DynamoDB, which forgets them by itself some time after they expired. */
final class DynamoDbClaims implements Claims {
  private final Table table;

  DynamoDbClaims(Table table) {
    this.table = table;
  }

  /** Part of a transaction: the claim, where the key is free or stands for what failed. */
  static TransactWriteItem claim(
      Table table, Claim claim, @Nullable GenerationId failed, Instant now) {
    var free = "attribute_not_exists(PK) OR expires_at <= :now";
    var values = new HashMap<String, AttributeValue>();
    values.put(":now", Balance.number(now.getEpochSecond()));
    if (failed == null) {
      return table.put(Schemas.CLAIM, claim, free, Map.of(), values);
    }
    values.put(":failed", AttributeValue.fromS(failed.toString()));
    return table.put(
        Schemas.CLAIM,
        claim,
        free + " OR #result = :failed",
        Map.of("#result", Schemas.RESULT),
        values);
  }

  @Override
  public Claim claim(Claim wanted, Instant now) {
    var written = table.write(claim(table, wanted, null, now));
    return written.isComplete()
        ? wanted
        : written.found(0, Schemas.CLAIM).orElseThrow(written::impossible);
  }
}
