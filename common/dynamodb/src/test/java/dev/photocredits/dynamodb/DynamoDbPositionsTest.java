package dev.photocredits.dynamodb;

import dev.photocredits.audit.Positions;
import dev.photocredits.audit.PositionsContract;

/** Runs the contract of audit positions on emulated DynamoDB tables, one for each test. */
final class DynamoDbPositionsTest implements PositionsContract {
  private final DynamoDb table = TestTable.create("positions-" + System.nanoTime());

  @Override
  public Positions positions() {
    return table.positions();
  }
}
