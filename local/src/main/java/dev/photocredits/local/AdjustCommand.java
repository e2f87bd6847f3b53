package dev.photocredits.local;

import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.NoSuchUser;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Adjustment;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Map;

/**
 * Moves the balance of {@code EMAIL} by {@code CREDITS}, up or down, for a {@code REASON}. Ends
 * with 0 if it did, with 1 if nothing was done and why is said, and with 2 if it could not begin,
 * or if it is not known whether it did: then their statement tells. It works on {@code DATA_DIR},
 * or on the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in use.
 */
public final class AdjustCommand {
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
    var id = new TimeOrderedIds(new SecureRandom()).transaction(now);
    var adjustment = Adjustment.of(id, change, favour.reason(), favour.actor(), now);
    return OperatedTable.with(
        settings,
        table -> {
          var ledger = table.ledger();
          var owner = favour.owner();
          var outcome = ledger.adjust(owner, adjustment);
          out.println(owner.value() + " " + said(outcome, change));
          return outcome instanceof Adjusted;
        });
  }

  private static String said(AdjustmentOutcome outcome, int change) {
    return switch (outcome) {
      case Adjusted _ when change > 0 -> "has got " + change + " credits.";
      case Adjusted _ -> "has lost " + -change + " credits.";
      case TooMuch(var available) ->
          "has " + available.value() + " credits, which is too few. Nothing was done.";
      case NoSuchUser _ -> "is nobody that we know. Nothing was done.";
    };
  }
}
