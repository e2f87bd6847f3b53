package dev.photocredits.functions.webhook;

import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.stripe.StripeWebhook;
import dev.photocredits.values.TimeOrderedIds;
import java.time.InstantSource;

/** The webhook function, with the table and Stripe adapters of a test. */
public final class WebhookInProcess {
  private WebhookInProcess() {}

  public static ApiHandler on(
      Environment environment,
      DynamoDb table,
      StripeWebhook webhook,
      PaymentLookup lookup,
      TimeOrderedIds ids,
      Log log,
      InstantSource clock) {
    return new WebhookHandler(
        new Wiring(environment, table, webhook, lookup, ids, clock), log, clock);
  }
}
