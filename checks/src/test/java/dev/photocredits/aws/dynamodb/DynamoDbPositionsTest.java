package dev.photocredits.aws.dynamodb;

import dev.photocredits.audit.Positions;
import dev.photocredits.audit.PositionsContract;

/** The position of the audit in DynamoDB, each time in a table that nothing else uses. */
final class DynamoDbPositionsTest implements PositionsContract {
  private final DynamoDb table = TestTable.create("positions-" + System.nanoTime());

  @Override
  public Positions positions() {
    return table.positions();
  }
}
