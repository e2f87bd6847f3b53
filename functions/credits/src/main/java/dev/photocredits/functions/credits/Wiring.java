package dev.photocredits.functions.credits;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.lambda.Access;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.WelcomeCredits;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;

/** What the credits function is made of. */
final class Wiring {
  final Access access;
  final Ledger ledger;
  final Accounts accounts;
  final InstantSource clock = Clock.systemUTC();
  private final DynamoDb table;

  Wiring(Environment environment) {
    access = Access.of(environment);
    table = DynamoDb.open(AwsAccess.of(environment), environment.text("TABLE_NAME"));
    ledger = table.ledger();
    accounts =
        new Accounts(
            ledger, WelcomeCredits.of(environment), new TimeOrderedIds(new SecureRandom()), clock);
  }

  /** Calls that change nothing, for SnapStart. */
  void prime() {
    table.prime();
  }
}
