package dev.photocredits.local;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.PromotionOutcome.AlreadyPromoted;
import dev.photocredits.credits.PromotionOutcome.NoSuchUser;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.PromotionOutcome.TooManyLots;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.WelcomeCredits;
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
 * {@code make grant}: grants {@code CREDITS} to {@code EMAIL} for a {@code REASON}. They expire at
 * {@code EXPIRES}, which is an instant, or a date at whose end in UTC they expire.
 *
 * <p>Repeating the command grants nothing, unless {@code AGAIN} is 1. An account is opened only if
 * {@code CONFIRM} is {@code yes}, because an address without an account may be a typing error. The
 * command works on {@code DATA_DIR}, or on the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which
 * may be in use.
 *
 * <p>Exit codes: 0 if the user has the credits, by this or an earlier run; 1 if nothing was
 * changed, with the reason on standard output; 2 if the command could not begin or finish. It can
 * be repeated.
 */
public final class GrantCommand {
  static final int MAX_CREDITS = 100_000;

  private GrantCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), Clock.systemUTC(), System.out));
  }

  /**
   * Returns whether the user has the credits, by this or an earlier run. Throws {@link
   * StartupFailure} if a setting is wrong or that is unknown.
   */
  public static boolean run(Map<String, String> variables, InstantSource clock, PrintStream out) {
    var settings = new Settings(variables);
    var balanceChange = BalanceChange.of(settings);
    // CREDITS has no default, so that an operator cannot grant one by mistake.
    var credits = new Credits(settings.number("CREDITS", 0, 1, MAX_CREDITS));
    if (credits.isNone()) {
      throw new StartupFailure("CREDITS must be a whole number from 1 to " + MAX_CREDITS + ".");
    }
    var expiresAt = expiry(settings.get("EXPIRES", ""));
    var now = clock.instant();
    if (!now.isBefore(expiresAt)) {
      throw new StartupFailure("EXPIRES must be in the future, but is " + expiresAt + ".");
    }
    var again = settings.get("AGAIN", "").equals("1");
    var confirmed = settings.get("CONFIRM", "").equals("yes");
    var ids = new TimeOrderedIds(new SecureRandom());
    var promotion =
        Promotion.until(
            expiresAt,
            ids.transaction(now),
            credits,
            balanceChange.reason(),
            balanceChange.actor(),
            now);
    var welcome = WelcomeCredits.of(new Environment(settings.values()));
    return OperatorTable.with(
        settings,
        table -> {
          var owner = balanceChange.owner();
          if (!confirmed && table.ledger().find(owner).isEmpty()) {
            out.println(
                owner.value()
                    + " has no account. Nothing was changed. Check the address; to open an account"
                    + " for it, set CONFIRM=yes.");
            return false;
          }
          var accounts = new Accounts(table.ledger(), welcome, ids, clock);
          return grant(table, accounts, balanceChange, promotion, again, out);
        });
  }

  private static Instant expiry(String text) {
    try {
      return text.contains("T")
          ? Instant.parse(text)
          : LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeParseException e) {
      throw new StartupFailure(
          "EXPIRES must be a date such as 2027-01-31 or a time such as 2027-01-31T12:00:00Z.", e);
    }
  }

  private static boolean grant(
      DynamoDb table,
      Accounts accounts,
      BalanceChange balanceChange,
      Promotion promotion,
      boolean again,
      PrintStream out) {
    var owner = balanceChange.owner();
    var _ = accounts.open(owner);
    var outcome = table.ledger().promote(owner, promotion, again);
    var credits = promotion.credits().value() + " credits until " + promotion.expiresAt();
    out.println(
        switch (outcome) {
          case Promoted _ ->
              "Granted "
                  + owner.value()
                  + " "
                  + credits
                  + ". To grant the same again, set AGAIN=1 or another REASON.";
          case AlreadyPromoted _ ->
              owner.value()
                  + " was already granted "
                  + credits
                  + " for this reason. Nothing was changed. To grant them again, set AGAIN=1.";
          case TooManyLots _ ->
              owner.value()
                  + " already has "
                  + Lots.MOST
                  + " unexpired grants, which is the maximum. Nothing was changed.";
          case NoSuchUser _ ->
              owner.value() + " no longer has an account. No credits were granted.";
        });
    return outcome instanceof Promoted || outcome instanceof AlreadyPromoted;
  }
}
