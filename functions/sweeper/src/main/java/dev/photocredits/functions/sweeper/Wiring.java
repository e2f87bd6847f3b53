package dev.photocredits.functions.sweeper;

import dev.photocredits.audit.Audit;
import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Expirations;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.generation.Sweeper;
import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.reconciliation.PaymentHistory;
import dev.photocredits.reconciliation.Reconciliation;
import dev.photocredits.stripe.StripeHistory;
import dev.photocredits.stripe.StripeLookup;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.TimeOrderedIds;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Wires the sweeper function. */
final class Wiring {
  /** Segments read in parallel; fewer than the five idle connections that the JDK keeps open. */
  private static final int AUDIT_SEGMENTS = 4;

  final Sweeper sweeper;
  final Expirations expirations;
  final Reconciliation reconciliation;
  final Audit audit;
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
    return new Wiring(
        environment,
        DynamoDb.open(
            AwsAccess.of(environment), environment.text("TABLE_NAME"), DigestKeys.of(environment)),
        StripeHistory.of(environment),
        StripeLookup.of(environment),
        new TimeOrderedIds(new SecureRandom()),
        Executors.newVirtualThreadPerTaskExecutor(),
        environment.clock());
  }

  /**
   * @param threads reads the segments of an audit in parallel
   */
  Wiring(
      Environment environment,
      DynamoDb table,
      PaymentHistory history,
      PaymentLookup lookup,
      TimeOrderedIds ids,
      ExecutorService threads,
      InstantSource clock) {
    this.table = table;
    digestKey = DigestKeys.of(environment);
    this.clock = clock;
    audit = new Audit(table.auditReader(), table.positions(), AUDIT_SEGMENTS, threads, clock);
    sweeper = new Sweeper(table.generations(), ids, clock);
    var ledger = table.ledger();
    expirations = new Expirations(ledger, ids, clock);
    var welcome = WelcomeCredits.of(environment);
    var accounts = new Accounts(ledger, welcome, ids, clock);
    reconciliation =
        new Reconciliation(
            history,
            table.checkpoints(),
            table.openEvents(),
            new Fulfilment(accounts, ledger, table.purchaseOrders(), lookup, ids, clock),
            clock);
  }

  /** The number of erasures that have begun and not ended, counted up to {@code most}. */
  int openErasures(int most) {
    return table.openErasures(most);
  }

  /** Primes the function before its SnapStart snapshot, by calls that change nothing. */
  void prime() {
    table.prime();
  }
}
