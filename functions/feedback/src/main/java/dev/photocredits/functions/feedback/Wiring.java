package dev.photocredits.functions.feedback;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.feedback.FeedbackStore;
import dev.photocredits.generation.CallLimits;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.http.Access;
import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.TimeOrderedIds;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Wires the feedback function. */
final class Wiring {
  final InstantSource clock;
  final TimeOrderedIds ids = new TimeOrderedIds(new SecureRandom());
  final FeedbackStore feedback;
  final CallLimits calls;
  final DigestKey digestKey;
  private final DynamoDb table;

  /** The variables and the digest key, which is read once, before the snapshot. */
  static Environment variables(Environment environment) {
    return Secrets.withDigestKey(environment);
  }

  Wiring(Environment environment) {
    clock = environment.clock();
    table = DynamoDb.open(AwsAccess.of(environment), environment.text("TABLE_NAME"));
    digestKey = DigestKeys.of(environment);
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
