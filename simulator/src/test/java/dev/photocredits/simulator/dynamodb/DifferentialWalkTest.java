package dev.photocredits.simulator.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.dynamodb.OpenedTable;
import dev.photocredits.ledger.LedgerWalk;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Verifies that the model returns the same responses as DynamoDB Local and then has the same items,
 * request by request. There are no faults and no lag, since DynamoDB Local has neither. {@code
 * -Dphotocredits.walk=20000} makes a longer walk, and {@code -Dphotocredits.walk.seed} repeats one.
 */
final class DifferentialWalkTest {
  private static final int STEPS = Integer.getInteger("photocredits.walk", 1_700);

  private final DifferentialClient client = DifferentialClient.start();

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void the_model_handles_random_requests_like_dynamodb_local() {
    var seed = Long.getLong("photocredits.walk.seed", System.nanoTime());
    var requests = new RandomRequests(client.table(), new Random(seed));

    for (var step = 0; step < STEPS; step++) {
      try {
        requests.send(client);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
      }
    }
    System.out.println("equal outcomes: " + client.outcomes());
    assertThat(client.outcomes().get("answered")).isGreaterThan(STEPS / 3);
    assertThat(client.outcomes())
        .containsKeys(
            "ConditionalCheckFailedException",
            "IdempotentParameterMismatchException",
            "TransactionCanceledException",
            "ValidationException");
  }

  @Test
  void the_model_handles_requests_of_our_adapters_like_dynamodb_local() {
    var seed = Long.getLong("photocredits.walk.seed", System.nanoTime());
    var table = OpenedTable.on(client, client.table(), _ -> {});

    new LedgerWalk(seed, table.ledger(), table.generations(), table.auditReader()).walk(STEPS / 20);

    System.out.println("equal outcomes: " + client.outcomes());
    assertThat(client.outcomes()).doesNotContainKey("ValidationException");
  }
}
