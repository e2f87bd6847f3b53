package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.items.FeedbackItem;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackStore;

/** {@link FeedbackStore} in DynamoDB: one partition per month, sorted by time. */
final class DynamoDbFeedbackStore implements FeedbackStore {
  private final Table table;

  DynamoDbFeedbackStore(Table table) {
    this.table = table;
  }

  @Override
  public void add(Feedback feedback) {
    table.put(FeedbackItem.SCHEMA, feedback);
  }
}
