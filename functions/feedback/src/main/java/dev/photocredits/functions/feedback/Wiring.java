package dev.photocredits.functions.feedback;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.feedback.FeedbackBox;
import dev.photocredits.lambda.Environment;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What the feedback function is made of. */
final class Wiring {
  final InstantSource clock;
  final TimeOrderedIds ids = new TimeOrderedIds(new SecureRandom());
  final FeedbackBox box;
  private final DynamoDb table;

  Wiring(Environment environment) {
    clock = environment.clock();
    table = DynamoDb.open(AwsAccess.of(environment), environment.text("TABLE_NAME"));
    box = table.feedback();
  }

  /** Calls that change nothing, for SnapStart. */
  void prime() {
    table.prime();
  }
}
