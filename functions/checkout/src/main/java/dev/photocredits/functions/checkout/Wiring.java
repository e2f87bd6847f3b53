package dev.photocredits.functions.checkout;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.checkout.Checkout;
import dev.photocredits.checkout.Payments;
import dev.photocredits.checkout.SessionLookups;
import dev.photocredits.credits.AccountBindings;
import dev.photocredits.credits.Accounts;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.generation.CallLimits;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.http.Access;
import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Stage;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.stripe.StripeLookup;
import dev.photocredits.stripe.StripePayments;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TimeOrderedIds;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Wires the checkout function. */
final class Wiring {
  final Access access;
  final Checkout checkout;
  final SessionLookups lookups;
  final CallLimits calls;
  final AccountBindings bindings;
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
    return new Wiring(
        environment,
        DynamoDb.open(
            AwsAccess.of(environment), environment.text("TABLE_NAME"), DigestKeys.of(environment)),
        StripePayments.of(environment),
        StripeLookup.of(environment),
        new TimeOrderedIds(new SecureRandom()),
        environment.clock());
  }

  Wiring(
      Environment environment,
      DynamoDb table,
      Payments payments,
      PaymentLookup lookup,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.table = table;
    digestKey = DigestKeys.of(environment);
    access = Access.of(environment);
    var ledger = table.ledger();
    bindings = new AccountBindings(ledger, clock);
    var accounts = new Accounts(ledger, WelcomeCredits.of(environment), ids, clock);
    var orders = table.purchaseOrders();
    var fulfilment = new Fulfilment(accounts, ledger, orders, lookup, ids, clock);
    calls = new CallLimits(table.callCounts(), access.perCaller(limits(environment)), clock);
    lookups = new SessionLookups(orders, calls);
    var stage = Stage.of(environment).name();
    checkout =
        new Checkout(
            accounts,
            ledger,
            table.idempotencyRecords(),
            orders,
            payments,
            fulfilment,
            stage,
            ids,
            clock);
  }

  private static Limits limits(Environment environment) {
    return Limits.NONE
        .with(Limit.LOOKUPS, environment.number("CHECKOUT_LOOKUP_LIMIT", 1, 0, 1_000))
        .with(Limit.CHECKOUTS, environment.number("CHECKOUT_HOURLY_LIMIT", 20, 0, 1_000));
  }

  /**
   * Primes the function before its SnapStart snapshot, by calls that change nothing. It does not
   * send a request for a session through the handler, which would count a lookup.
   */
  void prime() {
    var _ = checkout.find(new SessionId("cs_nobody"));
    table.prime();
  }
}
