package dev.photocredits.dynamodb;

import dev.photocredits.reconciliation.OpenEvents;
import dev.photocredits.reconciliation.OpenEventsContract;

/** Runs the contract of open events on an emulated DynamoDB table. */
final class DynamoDbOpenEventsTest implements OpenEventsContract {
  private final DynamoDb table = TestTable.create("photo-credits-open-events-" + System.nanoTime());

  @Override
  public OpenEvents events() {
    return table.openEvents();
  }
}
