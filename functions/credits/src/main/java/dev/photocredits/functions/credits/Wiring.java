package dev.photocredits.functions.credits;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.credits.AccountBindings;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Ledger;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.generation.PriceList;
import dev.photocredits.http.Access;
import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Prices;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.TimeOrderedIds;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Wires the credits function. */
final class Wiring {
  final Access access;
  final Ledger ledger;
  final Accounts accounts;
  final PriceList prices;
  final AccountBindings bindings;
  final InstantSource clock;
  final DigestKey digestKey;
  private final DynamoDb table;

  /** The variables and the digest key, which is read once, before the snapshot. */
  static Environment variables(Environment environment) {
    return Secrets.withDigestKey(environment);
  }

  /** The wiring for Lambda, from these settings. */
  static Wiring of(Environment environment) {
    return new Wiring(
        environment,
        DynamoDb.open(
            AwsAccess.of(environment), environment.text("TABLE_NAME"), DigestKeys.of(environment)),
        new TimeOrderedIds(new SecureRandom()),
        environment.clock());
  }

  Wiring(Environment environment, DynamoDb table, TimeOrderedIds ids, InstantSource clock) {
    this.table = table;
    digestKey = DigestKeys.of(environment);
    this.clock = clock;
    access = Access.of(environment);
    prices = Prices.of(environment);
    ledger = table.ledger();
    bindings = new AccountBindings(ledger, clock);
    accounts = new Accounts(ledger, WelcomeCredits.of(environment), ids, clock);
  }

  /** Primes the function before its SnapStart snapshot, by calls that change nothing. */
  void prime() {
    table.prime();
  }
}
