package dev.photocredits.functions.checkout;

import dev.photocredits.checkout.Payments;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.values.TimeOrderedIds;
import java.time.InstantSource;

/** The checkout function, with the table and Stripe adapters of a test. */
public final class CheckoutInProcess {
  private CheckoutInProcess() {}

  public static ApiHandler on(
      Environment environment,
      DynamoDb table,
      Payments payments,
      PaymentLookup lookup,
      TimeOrderedIds ids,
      Log log,
      InstantSource clock) {
    return new CheckoutHandler(
        new Wiring(environment, table, payments, lookup, ids, clock), log, clock);
  }
}
