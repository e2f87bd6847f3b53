package dev.photocredits.functions.feedback;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.feedback.FeedbackStore;
import dev.photocredits.lambda.Environment;
import dev.photocredits.values.TimeOrderedIds;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Wires the feedback function. */
final class Wiring {
  final InstantSource clock;
  final TimeOrderedIds ids = new TimeOrderedIds(new SecureRandom());
  final FeedbackStore feedback;
  private final DynamoDb table;

  Wiring(Environment environment) {
    clock = environment.clock();
    table = DynamoDb.open(AwsAccess.of(environment), environment.text("TABLE_NAME"));
    feedback = table.feedback();
  }

  /** Primes the function before its SnapStart snapshot, by calls that change nothing. */
  void prime() {
    table.prime();
  }
}
