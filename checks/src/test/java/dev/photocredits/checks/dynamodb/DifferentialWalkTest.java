package dev.photocredits.checks.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.aws.dynamodb.OpenedTable;
import dev.photocredits.ledger.LedgerWalk;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The model answers as DynamoDB Local does, request by request, and then holds the same items. Time
 * and faults are off here, since DynamoDB Local has neither conflicts nor lag. {@code
 * -Dphotocredits.walk=20000} walks farther, {@code -Dphotocredits.walk.seed} walks again.
 */
final class DifferentialWalkTest {
  private static final int STEPS = Integer.getInteger("photocredits.walk", 1_700);

  private final Twins twins = Twins.start();

  @AfterEach
  void closes() {
    twins.close();
  }

  @Test
  void the_model_answers_random_requests_as_dynamodb_local_does() {
    var seed = Long.getLong("photocredits.walk.seed", System.nanoTime());
    var requests = new RandomRequests(twins.table(), new Random(seed));

    for (var step = 0; step < STEPS; step++) {
      try {
        requests.send(twins);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
      }
    }
    System.out.println("answered alike: " + twins.outcomes());
    assertThat(twins.outcomes().get("answered")).isGreaterThan(STEPS / 3);
    assertThat(twins.outcomes())
        .containsKeys(
            "ConditionalCheckFailedException",
            "IdempotentParameterMismatchException",
            "TransactionCanceledException",
            "ValidationException");
  }

  @Test
  void the_model_answers_our_adapters_as_dynamodb_local_does() {
    var seed = Long.getLong("photocredits.walk.seed", System.nanoTime());
    var table = OpenedTable.on(twins, twins.table(), _ -> {});

    new LedgerWalk(seed, table.ledger(), table.generations(), table.books()).walk(STEPS / 20);

    System.out.println("answered alike: " + twins.outcomes());
    assertThat(twins.outcomes()).doesNotContainKey("ValidationException");
  }
}
