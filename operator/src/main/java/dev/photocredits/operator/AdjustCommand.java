package dev.photocredits.operator;

import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.NoSuchUser;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.lambda.Environment;
import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import dev.photocredits.values.TransactionId;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Adjusts a balance, up or down. It prints the adjustment's id before it begins. With that id,
 * repeating the command adjusts the balance only once.
 */
final class AdjustCommand {
  /** A UUID of version 7, in lower case. */
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  private AdjustCommand() {}

  /**
   * Returns whether the balance was adjusted. Throws {@link CommandFailure} if a setting is wrong,
   * or if it is unknown whether the balance was adjusted.
   */
  static boolean run(
      Environment environment,
      BalanceChange balanceChange,
      int change,
      @Nullable String repeated,
      PrintStream out) {
    if (change == 0) {
      throw new CommandFailure("--credits must be a whole number other than 0, such as 5 or -5.");
    }
    var now = environment.clock().instant();
    var id = repeated == null ? newId(now) : id(repeated);
    var adjustment = Adjustment.of(id, change, balanceChange.reason(), balanceChange.actor(), now);
    return OperatorTable.with(
        environment,
        table -> {
          var ledger = table.ledger();
          var owner = balanceChange.owner();
          out.println(
              "The id of this adjustment is "
                  + id
                  + ". If this fails, run it again with this --id.");
          var outcome = ledger.adjust(owner, adjustment);
          out.println(message(outcome, owner, change));
          if (outcome instanceof Adjusted) {
            balanceChange.printBalance(ledger, environment.clock().instant(), out);
          }
          return outcome instanceof Adjusted;
        });
  }

  private static TransactionId newId(Instant now) {
    return new TimeOrderedIds(new SecureRandom()).transaction(now);
  }

  private static TransactionId id(String text) {
    if (!ID.matcher(text).matches()) {
      throw new CommandFailure(
          "--id must be the id that an earlier adjustment printed. Leave it out for a new"
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
              + " was not adjusted: the id belongs to a transaction with another user, amount or"
              + " reason. Nothing was changed. Leave out --id for a new adjustment.";
      case NoSuchUser _ -> owner.value() + " has no account. Nothing was changed.";
    };
  }
}
