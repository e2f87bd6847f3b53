package dev.photocredits.local;

import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.NoSuchUser;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.TransactionId;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Moves the balance of {@code EMAIL} by {@code CREDITS}, up or down, for a {@code REASON}. Prints
 * the adjustment's id before it begins; with that {@code ID} the same command moves the balance
 * once, however often it runs. Ends with 0 if the balance has moved, with 1 if nothing was done and
 * why is said, and with 2 if it could not begin, or if it is not known whether it did: then it may
 * be run again with that id. It works on {@code DATA_DIR}, or on the table at {@code
 * AWS_ENDPOINT_URL_DYNAMODB}, which may be in use.
 */
public final class AdjustCommand {
  /** A UUID of version 7, as we make them. */
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  private AdjustCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), Clock.systemUTC(), System.out));
  }

  /** Tells whether it moved; throws {@link CannotStart} if that is not known. */
  public static boolean run(Map<String, String> variables, InstantSource clock, PrintStream out) {
    var settings = new Settings(variables);
    var favour = Favour.of(settings);
    var change = settings.number("CREDITS", 0, -GrantCommand.MOST, GrantCommand.MOST);
    if (change == 0) {
      throw new CannotStart("CREDITS must say by how many, such as 5 or -5.");
    }
    var now = clock.instant();
    var id = settings.get("ID").map(AdjustCommand::id).orElseGet(() -> newId(now));
    var adjustment = Adjustment.of(id, change, favour.reason(), favour.actor(), now);
    return OperatedTable.with(
        settings,
        table -> {
          var ledger = table.ledger();
          var owner = favour.owner();
          out.println("ID=" + id + " repeats this adjustment safely, if it does not end.");
          var outcome = ledger.adjust(owner, adjustment);
          out.println(owner.value() + " " + said(outcome, change));
          return outcome instanceof Adjusted;
        });
  }

  private static TransactionId newId(Instant now) {
    return new TimeOrderedIds(new SecureRandom()).transaction(now);
  }

  private static TransactionId id(String text) {
    if (!ID.matcher(text).matches()) {
      throw new CannotStart(
          "ID must be one that an earlier adjustment printed; leave it out for a new adjustment.");
    }
    return new TransactionId(UUID.fromString(text));
  }

  private static String said(AdjustmentOutcome outcome, int change) {
    return switch (outcome) {
      case Adjusted _ when change > 0 -> "has got " + change + " credits.";
      case Adjusted _ -> "has lost " + -change + " credits.";
      case TooMuch(var available) ->
          "has " + available.value() + " credits, which is too few. Nothing was done.";
      case IdTaken _ ->
          "was not adjusted: that ID belongs to a transaction of another user, change or reason."
              + " Nothing was done; leave out ID for a new adjustment.";
      case NoSuchUser _ -> "has no account. Nothing was done.";
    };
  }
}
