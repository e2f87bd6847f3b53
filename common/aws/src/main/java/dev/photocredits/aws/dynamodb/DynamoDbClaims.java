package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.TransactWrite.Part;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.Claims;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link Claims} in DynamoDB, which forgets them by itself some time after they expired. */
final class DynamoDbClaims implements Claims {
  private final Table table;

  DynamoDbClaims(Table table) {
    this.table = table;
  }

  /** Puts the claim, where the key is free or stands for what failed. */
  static Part<Claim> put(
      TransactWrite transaction, Claim claim, @Nullable UUID failed, Instant now) {
    var free = "attribute_not_exists(PK) OR expires_at <= :now";
    var values = new HashMap<String, AttributeValue>();
    values.put(":now", Balance.number(now.getEpochSecond()));
    if (failed == null) {
      return transaction.put(Schemas.CLAIM, claim, free, Map.of(), values);
    }
    values.put(":failed", AttributeValue.fromS(failed.toString()));
    return transaction.put(
        Schemas.CLAIM,
        claim,
        free + " OR #result = :failed",
        Map.of("#result", Schemas.RESULT),
        values);
  }

  @Override
  public Claim claim(Claim wanted, @Nullable UUID failed, Instant now) {
    var transaction = table.transaction();
    var claim = put(transaction, wanted, failed, now);
    var outcome = transaction.execute();
    return outcome.isComplete() ? wanted : outcome.found(claim).orElseThrow(outcome::impossible);
  }
}
