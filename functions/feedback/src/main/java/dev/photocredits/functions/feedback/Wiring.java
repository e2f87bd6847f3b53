package dev.photocredits.functions.feedback;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.feedback.FeedbackStore;
import dev.photocredits.generation.CallLimits;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.http.Access;
import dev.photocredits.lambda.Environment;
import dev.photocredits.values.TimeOrderedIds;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Wires the feedback function. */
final class Wiring {
  final InstantSource clock;
  final TimeOrderedIds ids = new TimeOrderedIds(new SecureRandom());
  final FeedbackStore feedback;
  final CallLimits calls;
  private final DynamoDb table;

  Wiring(Environment environment) {
    clock = environment.clock();
    table = DynamoDb.open(AwsAccess.of(environment), environment.text("TABLE_NAME"));
    feedback = table.feedback();
    var messages = environment.number("FEEDBACK_HOURLY_LIMIT", 20, 0, 1_000);
    var limits = Access.of(environment).perCaller(Limits.NONE.with(Limit.FEEDBACK, messages));
    calls = new CallLimits(table.callCounts(), limits, clock);
  }

  /** Primes the function before its SnapStart snapshot, by calls that change nothing. */
  void prime() {
    table.prime();
  }
}
