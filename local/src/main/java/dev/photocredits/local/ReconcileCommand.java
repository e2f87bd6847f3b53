package dev.photocredits.local;

import dev.photocredits.aws.Secrets;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.Reconciliation;
import dev.photocredits.payments.Reconciliation.Reconciled;
import dev.photocredits.stripe.StripeHistory;
import dev.photocredits.stripe.StripeLookup;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Map;

/**
 * Compares the Checkout Sessions, refunds and disputes that Stripe has {@code SINCE} a day or an
 * instant with the ledger, and grants and reverses what is missing: after a restored table, or an
 * outage of more than the 30 days for which Stripe keeps events. It asks Stripe with {@code
 * STRIPE_SECRET_KEY}, or with the key of the secret {@code SECRET_ID}, for the sales of the stage
 * {@code ENVIRONMENT}. Ends with 0 if everything is compared, with 1 if something failed and is
 * said, and with 2 if it could not begin: it may be run again at any time. It works on {@code
 * DATA_DIR}, or on the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in use.
 */
public final class ReconcileCommand {
  private ReconcileCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), Clock.systemUTC(), System.out));
  }

  /** Tells whether everything is compared and nothing failed; throws {@link CannotStart}. */
  public static boolean run(Map<String, String> variables, InstantSource clock, PrintStream out) {
    var settings = new Settings(variables);
    var since = since(settings.get("SINCE", ""));
    try {
      var environment = Secrets.in(new Environment(settings.values()));
      return OperatedTable.with(
          settings, table -> tell(reconciliation(table, environment, clock).since(since), out));
    } catch (InvalidSetting e) {
      throw new CannotStart(e.getMessage() + ".", e);
    }
  }

  private static Instant since(String text) {
    try {
      return text.contains("T")
          ? Instant.parse(text)
          : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeParseException e) {
      throw new CannotStart(
          "SINCE must be a day such as 2026-09-01, or an instant such as 2026-09-01T12:00:00Z.", e);
    }
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

  private static boolean tell(Reconciled reconciled, PrintStream out) {
    out.printf(
        "Granted %d sessions with %d credits. Reversed or returned credits %d times,"
            + " and reversed %d in all.%n",
        reconciled.granted(), reconciled.sold(), reconciled.reversed(), reconciled.takenBack());
    reconciled.attention().forEach(problem -> out.println("OPENED   " + problem));
    reconciled.failures().forEach(thrown -> out.println("FAILED   " + thrown.getMessage()));
    var failure = reconciled.failure();
    if (failure != null) {
      out.println("It did not come to its end: run it again. " + failure.getMessage());
    }
    return failure == null && reconciled.failures().isEmpty();
  }
}
