package dev.photocredits.functions.sweeper;

import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.lambda.BackgroundHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.reconciliation.PaymentHistory;
import dev.photocredits.values.TimeOrderedIds;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;

/** The sweeper function, with the table and Stripe adapters of a test. */
public final class SweeperInProcess {
  private SweeperInProcess() {}

  public static BackgroundHandler on(
      Environment environment,
      DynamoDb table,
      PaymentHistory history,
      PaymentLookup lookup,
      TimeOrderedIds ids,
      ExecutorService threads,
      Log log,
      InstantSource clock) {
    return new SweeperHandler(
        new Wiring(environment, table, history, lookup, ids, threads, clock), log, clock);
  }
}
