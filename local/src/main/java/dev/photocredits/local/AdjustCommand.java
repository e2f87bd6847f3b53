package dev.photocredits.local;

import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.NoSuchUser;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * {@code make adjust}: adjusts the balance of {@code EMAIL} by {@code CREDITS}, up or down, for a
 * {@code REASON}.
 *
 * <p>It works on {@code DATA_DIR}, or on the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may
 * be in use. It prints the adjustment's id before it begins. With that {@code ID}, repeating the
 * command adjusts the balance only once.
 *
 * <p>Exit codes: 0 if the balance was adjusted; 1 if nothing was changed, with the reason on
 * standard output; 2 if the command could not begin, or if it is unknown whether it succeeded. Then
 * it can be repeated with the id.
 */
public final class AdjustCommand {
  /** A UUID of version 7, in lower case. */
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  private AdjustCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), Clock.systemUTC(), System.out));
  }

  /**
   * Returns whether the balance was adjusted. Throws {@link StartupFailure} if a setting is wrong,
   * or if it is unknown whether the balance was adjusted.
   */
  public static boolean run(Map<String, String> variables, InstantSource clock, PrintStream out) {
    var settings = new Settings(variables);
    var balanceChange = BalanceChange.of(settings);
    var change = settings.number("CREDITS", 0, -GrantCommand.MAX_CREDITS, GrantCommand.MAX_CREDITS);
    if (change == 0) {
      throw new StartupFailure("CREDITS must be a whole number other than 0, such as 5 or -5.");
    }
    var now = clock.instant();
    var id = settings.get("ID").map(AdjustCommand::id).orElseGet(() -> newId(now));
    var adjustment = Adjustment.of(id, change, balanceChange.reason(), balanceChange.actor(), now);
    return OperatorTable.with(
        settings,
        table -> {
          var ledger = table.ledger();
          var owner = balanceChange.owner();
          out.println(
              "ID="
                  + id
                  + " identifies this adjustment. If this fails, run it again with this ID.");
          var outcome = ledger.adjust(owner, adjustment);
          out.println(message(outcome, owner, change));
          return outcome instanceof Adjusted;
        });
  }

  private static TransactionId newId(Instant now) {
    return new TimeOrderedIds(new SecureRandom()).transaction(now);
  }

  private static TransactionId id(String text) {
    if (!ID.matcher(text).matches()) {
      throw new StartupFailure(
          "ID must be the ID that an earlier adjustment printed. Leave it out for a new"
              + " adjustment.");
    }
    return new TransactionId(UUID.fromString(text));
  }

  private static String message(AdjustmentOutcome outcome, Email owner, int change) {
    return switch (outcome) {
      case Adjusted _ when change > 0 -> "Added " + change + " credits to " + owner.value() + ".";
      case Adjusted _ -> "Removed " + -change + " credits from " + owner.value() + ".";
      case TooMuch(var available) ->
          owner.value()
              + " has only "
              + available.value()
              + " credits available. Nothing was changed.";
      case IdTaken _ ->
          owner.value()
              + " was not adjusted: the ID belongs to a transaction with another user, amount or"
              + " reason. Nothing was changed. Leave out ID for a new adjustment.";
      case NoSuchUser _ -> owner.value() + " has no account. Nothing was changed.";
    };
  }
}
