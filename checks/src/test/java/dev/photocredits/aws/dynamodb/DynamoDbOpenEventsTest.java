package dev.photocredits.aws.dynamodb;

import dev.photocredits.payments.OpenEvents;
import dev.photocredits.payments.OpenEventsContract;

/** {@link DynamoDbOpenEvents} on a real engine. */
final class DynamoDbOpenEventsTest implements OpenEventsContract {
  private final DynamoDb table = TestTable.create("photo-credits-open-events-" + System.nanoTime());

  @Override
  public OpenEvents events() {
    return table.openEvents();
  }
}
