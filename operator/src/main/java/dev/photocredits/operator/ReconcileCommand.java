package dev.photocredits.operator;

import dev.photocredits.aws.Secrets;
import dev.photocredits.credits.Accounts;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.reconciliation.Reconciliation;
import dev.photocredits.reconciliation.Reconciliation.Reconciled;
import dev.photocredits.stripe.StripeHistory;
import dev.photocredits.stripe.StripeLookup;
import dev.photocredits.values.TimeOrderedIds;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Compares Stripe's Checkout Sessions, refunds and disputes since an instant with the ledger, and
 * grants and reverses what is missing there. It is for a restored table, and for outages longer
 * than the 30 days for which Stripe keeps events.
 *
 * <p>It calls Stripe with {@code STRIPE_SECRET_KEY}, or with the key in the secret {@code
 * SECRET_ID}, and considers the sales of the stage {@code ENVIRONMENT} only. It can be repeated at
 * any time.
 */
final class ReconcileCommand {
  private ReconcileCommand() {}

  /**
   * Returns whether everything was compared and nothing failed. Throws {@link CommandFailure} if
   * the table cannot be reached.
   */
  static boolean run(Environment settings, Instant since, PrintStream out) {
    var environment = Secrets.open(settings).get();
    return OperatorTable.opening(
        environment,
        WelcomeCredits.of(environment),
        table -> report(reconciliation(table, environment, environment.clock()).since(since), out));
  }

  private static Reconciliation reconciliation(
      DynamoDb table, Environment environment, InstantSource clock) {
    var ids = new TimeOrderedIds(new SecureRandom());
    var ledger = table.ledger();
    var accounts = new Accounts(ledger, WelcomeCredits.of(environment), ids, clock);
    return new Reconciliation(
        StripeHistory.of(environment),
        table.checkpoints(),
        table.openEvents(),
        new Fulfilment(
            accounts, ledger, table.purchaseOrders(), StripeLookup.of(environment), ids, clock),
        clock);
  }

  private static String reason(Throwable failure) {
    return switch (failure) {
      case SdkException sdk -> AwsServices.any().sentences(ServiceFailure.of(sdk));
      case PaymentsUnavailable _ -> failure.getMessage() + ". The doctor says what helps.";
      default -> failure.getMessage() + ".";
    };
  }

  private static boolean report(Reconciled reconciled, PrintStream out) {
    out.printf(
        "Granted checkout sessions: %d (%d credits). Applied refunds and disputes: %d"
            + " (%d credits reversed).%n",
        reconciled.granted(),
        reconciled.sold(),
        reconciled.reversed(),
        reconciled.creditsReversed());
    reconciled.attention().forEach(problem -> out.println("OPENED   " + problem));
    reconciled.failures().forEach(thrown -> out.println("FAILED   " + thrown.getMessage()));
    var failure = reconciled.failure();
    if (failure != null) {
      out.println("The reconciliation did not finish. " + reason(failure) + " Then run it again.");
    }
    return failure == null && reconciled.failures().isEmpty();
  }
}
