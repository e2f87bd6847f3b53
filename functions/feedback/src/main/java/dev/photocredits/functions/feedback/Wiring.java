package dev.photocredits.functions.feedback;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.feedback.FeedbackBox;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import java.security.SecureRandom;
import java.time.Clock;

/** What the feedback function is made of. */
final class Wiring {
  final Log log;
  final Clock clock = Clock.systemUTC();
  final TimeOrderedIds ids = new TimeOrderedIds(new SecureRandom());
  final FeedbackBox box;

  Wiring(Environment environment) {
    log = Log.of(environment);
    box = DynamoDb.open(AwsAccess.of(environment), environment.text("TABLE_NAME")).feedback();
  }
}
