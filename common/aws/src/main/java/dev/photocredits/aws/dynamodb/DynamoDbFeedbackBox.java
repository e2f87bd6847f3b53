package dev.photocredits.aws.dynamodb;

import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackBox;

/** {@link FeedbackBox} in DynamoDB: one partition a month, in the order of time. */
final class DynamoDbFeedbackBox implements FeedbackBox {
  private final Table table;

  DynamoDbFeedbackBox(Table table) {
    this.table = table;
  }

  @Override
  public void keep(Feedback feedback) {
    table.put(Schemas.FEEDBACK, feedback);
  }
}
