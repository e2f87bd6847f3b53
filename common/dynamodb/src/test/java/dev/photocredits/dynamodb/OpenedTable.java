package dev.photocredits.dynamodb;

import dev.photocredits.aws.FullJitter;
import dev.photocredits.lambda.TestDigestKey;
import java.time.Duration;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Opens the DynamoDB adapters on a client that the test provides, such as a modelled one. */
public final class OpenedTable {
  private OpenedTable() {}

  /**
   * Opens the adapters as a function does.
   *
   * @param pause waits between two attempts at a write that met contention. It gets the random
   *     delay, which does not come from the test's seed.
   */
  public static DynamoDb on(DynamoDbClient client, String tableName, Consumer<Duration> pause) {
    return DynamoDb.open(
        client,
        tableName,
        TestDigestKey.KEY,
        new ConflictRetry(
            10, new FullJitter(Duration.ofMillis(20), Duration.ofMillis(640)), pause::accept));
  }
}
