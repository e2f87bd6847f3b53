package dev.photocredits.functions.webhook;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.stripe.StripeLookup;
import dev.photocredits.stripe.StripeWebhook;
import java.security.SecureRandom;
import java.time.Clock;

/** What the webhook function is made of. */
final class Wiring {
  final StripeWebhook webhook;
  final Fulfilment fulfilment;
  private final DynamoDb table;

  Wiring(Environment variables) {
    var environment = Secrets.in(variables);
    var clock = Clock.systemUTC();
    webhook = StripeWebhook.of(environment, clock);
    table = DynamoDb.open(AwsAccess.of(environment), environment.text("TABLE_NAME"));
    var ledger = table.ledger();
    var ids = new TimeOrderedIds(new SecureRandom());
    var welcome = WelcomeCredits.of(environment);
    fulfilment =
        new Fulfilment(
            new Accounts(ledger, welcome, ids, clock),
            ledger,
            StripeLookup.of(environment),
            ids,
            clock);
  }

  /** Calls that change nothing, for SnapStart. */
  void prime() {
    table.primeForTransactions();
    webhook.prime();
  }
}
