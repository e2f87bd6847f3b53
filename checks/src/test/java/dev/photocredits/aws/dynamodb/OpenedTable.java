package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.FullJitter;
import java.time.Duration;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Our adapters on a client that a test brings, such as a modelled one. */
public final class OpenedTable {
  private OpenedTable() {}

  /**
   * The adapters, as a function has them.
   *
   * @param pause spends the time between two attempts at a write that found the table busy; given
   *     the time that chance, which knows no seed, would wait
   */
  public static DynamoDb on(DynamoDbClient client, String tableName, Consumer<Duration> pause) {
    return DynamoDb.open(
        client,
        tableName,
        new Contention(
            10, new FullJitter(Duration.ofMillis(20), Duration.ofMillis(640)), pause::accept));
  }
}
