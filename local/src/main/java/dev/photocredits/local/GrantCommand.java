package dev.photocredits.local;

import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.PromotionOutcome.AlreadyPromoted;
import dev.photocredits.credits.PromotionOutcome.NoSuchUser;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.PromotionOutcome.TooManyLots;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Promotion;
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
 * Gives {@code CREDITS} to {@code EMAIL} for a {@code REASON}, until {@code EXPIRES}: a day, with
 * whose end in UTC they expire, or an instant. The same again gives nothing, unless {@code AGAIN}
 * is 1. An address without an account gets one only if {@code CONFIRM} is {@code yes}: it may be a
 * typing error, and the credits a stranger's. Ends with 0 if they have them, with 1 if nothing was
 * done and why is said, and with 2 if it could not begin, or not end: then it may be run again. It
 * works on {@code DATA_DIR}, or on the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in
 * use.
 */
public final class GrantCommand {
  static final int MOST = 100_000;

  private GrantCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), Clock.systemUTC(), System.out));
  }

  /** Tells whether they have what is given; throws {@link CannotStart} if that is not known. */
  public static boolean run(Map<String, String> variables, InstantSource clock, PrintStream out) {
    var settings = new Settings(variables);
    var favour = Favour.of(settings);
    // Not a number, so that there is none to give by mistake.
    var credits = new Credits(settings.number("CREDITS", 0, 1, MOST));
    if (credits.isNone()) {
      throw new CannotStart("CREDITS must say how many, from 1 to " + MOST + ".");
    }
    var expiresAt = expiry(settings.get("EXPIRES", ""));
    var now = clock.instant();
    if (!now.isBefore(expiresAt)) {
      throw new CannotStart("EXPIRES must be in the future, and is " + expiresAt + ".");
    }
    var again = settings.get("AGAIN", "").equals("1");
    var confirmed = settings.get("CONFIRM", "").equals("yes");
    var ids = new TimeOrderedIds(new SecureRandom());
    var promotion =
        Promotion.until(
            expiresAt, ids.transaction(now), credits, favour.reason(), favour.actor(), now);
    var welcome = WelcomeCredits.of(new Environment(settings.values()));
    return OperatedTable.with(
        settings,
        table -> {
          var owner = favour.owner();
          if (!confirmed && table.ledger().find(owner).isEmpty()) {
            out.println(
                owner.value()
                    + " has no account; is it spelled right? Nothing was done; CONFIRM=yes opens"
                    + " one.");
            return false;
          }
          var accounts = new Accounts(table.ledger(), welcome, ids, clock);
          return give(table, accounts, favour, promotion, again, out);
        });
  }

  private static Instant expiry(String text) {
    try {
      return text.contains("T")
          ? Instant.parse(text)
          : LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeParseException e) {
      throw new CannotStart(
          "EXPIRES must be a day such as 2027-01-31, or an instant such as 2027-01-31T12:00:00Z.",
          e);
    }
  }

  private static boolean give(
      DynamoDb table,
      Accounts accounts,
      Favour favour,
      Promotion promotion,
      boolean again,
      PrintStream out) {
    var owner = favour.owner();
    var _ = accounts.open(owner);
    var outcome = table.ledger().promote(owner, promotion, again);
    var what = promotion.credits().value() + " credits until " + promotion.expiresAt();
    out.println(
        switch (outcome) {
          case Promoted _ ->
              "Gave "
                  + owner.value()
                  + " "
                  + what
                  + ". The same again gives nothing: that takes AGAIN=1, or another REASON.";
          case AlreadyPromoted _ ->
              owner.value()
                  + " was given "
                  + what
                  + " for that reason before. Nothing was done; AGAIN=1 gives them once more.";
          case TooManyLots _ ->
              owner.value()
                  + " has "
                  + Lots.MOST
                  + " grants that expire, and can have no more. Nothing was done.";
          case NoSuchUser _ -> "They are gone since. Nothing was done.";
        });
    return outcome instanceof Promoted || outcome instanceof AlreadyPromoted;
  }
}
