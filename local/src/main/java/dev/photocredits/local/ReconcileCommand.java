package dev.photocredits.local;

import dev.photocredits.aws.Secrets;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
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
 * {@code make reconcile}: compares Stripe's Checkout Sessions, refunds and disputes {@code SINCE} a
 * date or an instant with the ledger, and grants and reverses what is missing there. It is for a
 * restored table, and for outages longer than the 30 days for which Stripe keeps events.
 *
 * <p>It calls Stripe with {@code STRIPE_SECRET_KEY}, or with the key in the secret {@code
 * SECRET_ID}, and considers the sales of the stage {@code ENVIRONMENT} only. It works on {@code
 * DATA_DIR}, or on the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in use. It can be
 * repeated at any time.
 *
 * <p>Exit codes: 0 if everything was compared; 1 if something failed, with the reason on standard
 * output; 2 if the command could not begin.
 */
public final class ReconcileCommand {
  private ReconcileCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), Clock.systemUTC(), System.out));
  }

  /**
   * Returns whether everything was compared and nothing failed. Throws {@link StartupFailure} if a
   * setting is wrong or the table cannot be reached.
   */
  public static boolean run(Map<String, String> variables, InstantSource clock, PrintStream out) {
    var settings = new Settings(variables);
    var since = since(settings.get("SINCE", ""));
    try {
      var environment = Secrets.in(new Environment(settings.values()));
      return OperatorTable.with(
          settings, table -> report(reconciliation(table, environment, clock).since(since), out));
    } catch (InvalidSetting e) {
      throw new StartupFailure(e.getMessage() + ".", e);
    }
  }

  private static Instant since(String text) {
    try {
      return text.contains("T")
          ? Instant.parse(text)
          : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeParseException e) {
      throw new StartupFailure(
          "SINCE must be a date such as 2026-09-01 or a time such as 2026-09-01T12:00:00Z.", e);
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
      out.println("The reconciliation did not finish. Run it again. " + failure.getMessage());
    }
    return failure == null && reconciled.failures().isEmpty();
  }
}
