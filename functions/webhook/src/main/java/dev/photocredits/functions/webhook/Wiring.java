package dev.photocredits.functions.webhook;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.credits.Accounts;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.reconciliation.OpenEvents;
import dev.photocredits.stripe.StripeLookup;
import dev.photocredits.stripe.StripeWebhook;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.TimeOrderedIds;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.function.Supplier;

/** Wires the webhook function. */
final class Wiring {
  final StripeWebhook webhook;
  final Fulfilment fulfilment;
  final OpenEvents openEvents;
  final InstantSource clock;
  final DigestKey digestKey;
  private final DynamoDb table;

  /** The variables and the digest key, which is read once, before the snapshot. */
  static Environment variables(Environment environment) {
    return Secrets.withDigestKey(environment);
  }

  /** The source of the settings: the variables, and the secret that they name. */
  static Supplier<Environment> settings(Environment variables) {
    return Secrets.open(variables);
  }

  /** The wiring for Lambda, from these settings. */
  static Wiring of(Environment environment) {
    var clock = environment.clock();
    return new Wiring(
        environment,
        DynamoDb.open(
            AwsAccess.of(environment), environment.text("TABLE_NAME"), DigestKeys.of(environment)),
        StripeWebhook.of(environment, clock.withZone(ZoneOffset.UTC)),
        StripeLookup.of(environment),
        new TimeOrderedIds(new SecureRandom()),
        clock);
  }

  Wiring(
      Environment environment,
      DynamoDb table,
      StripeWebhook webhook,
      PaymentLookup lookup,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.table = table;
    digestKey = DigestKeys.of(environment);
    this.webhook = webhook;
    this.clock = clock;
    openEvents = table.openEvents();
    var ledger = table.ledger();
    var welcome = WelcomeCredits.of(environment);
    fulfilment =
        new Fulfilment(
            new Accounts(ledger, welcome, ids, clock),
            ledger,
            table.purchaseOrders(),
            lookup,
            ids,
            clock);
  }

  /** Primes the function before its SnapStart snapshot, by calls that change nothing. */
  void prime() {
    table.prime();
  }

  /** Primes an unplugged wiring with writes, and with an event. */
  void primeWrites() {
    table.primeTransactions();
    webhook.prime();
  }
}
