package dev.photocredits.functions.checkout;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.lambda.Access;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.payments.Checkout;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.stripe.StripeLookup;
import dev.photocredits.stripe.StripePayments;
import java.security.SecureRandom;
import java.time.Clock;

/** What the checkout function is made of. */
final class Wiring {
  final Access access;
  final Checkout checkout;
  private final DynamoDb table;

  Wiring(Environment variables) {
    var environment = Secrets.in(variables);
    var clock = Clock.systemUTC();
    access = Access.of(environment);
    table = DynamoDb.open(AwsAccess.of(environment), environment.text("TABLE_NAME"));
    var ledger = table.ledger();
    var ids = new TimeOrderedIds(new SecureRandom());
    var accounts = new Accounts(ledger, WelcomeCredits.of(environment), ids, clock);
    var payments = StripePayments.of(environment);
    var fulfilment = new Fulfilment(accounts, ledger, StripeLookup.of(environment), ids, clock);
    checkout = new Checkout(accounts, ledger, table.claims(), payments, fulfilment, ids, clock);
  }

  /** Calls that change nothing, for SnapStart. */
  void prime() {
    table.prime();
  }
}
