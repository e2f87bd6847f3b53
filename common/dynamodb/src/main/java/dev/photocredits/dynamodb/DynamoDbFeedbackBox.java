package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.items.FeedbackItem;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackBox;

/** {@link FeedbackBox} in DynamoDB: one partition per month, sorted by time. */
final class DynamoDbFeedbackBox implements FeedbackBox {
  private final Table table;

  DynamoDbFeedbackBox(Table table) {
    this.table = table;
  }

  @Override
  public void keep(Feedback feedback) {
    table.put(FeedbackItem.SCHEMA, feedback);
  }
}
