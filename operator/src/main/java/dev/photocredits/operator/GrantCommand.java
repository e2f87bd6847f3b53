package dev.photocredits.operator;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.PromotionOutcome.AlreadyPromoted;
import dev.photocredits.credits.PromotionOutcome.NoSuchUser;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.PromotionOutcome.TooManyLots;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.values.Credits;
import dev.photocredits.values.TimeOrderedIds;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * Grants credits that expire. Repeating a grant changes nothing, unless it is asked for. An account
 * is opened only if that is confirmed, because an address without an account may be a typing error.
 */
final class GrantCommand {
  private GrantCommand() {}

  /**
   * Returns whether the user has the credits, by this or an earlier run. Throws {@link
   * CommandFailure} if a setting is wrong or that is unknown.
   */
  static boolean run(
      Environment environment,
      BalanceChange balanceChange,
      int credits,
      Instant expiresAt,
      boolean again,
      Confirmation confirmation,
      PrintStream out) {
    var now = environment.clock().instant();
    if (!now.isBefore(expiresAt)) {
      throw new CommandFailure("--expires must be in the future, but is " + expiresAt + ".");
    }
    var ids = new TimeOrderedIds(new SecureRandom());
    var promotion =
        Promotion.until(
            expiresAt,
            ids.transaction(now),
            new Credits(credits),
            balanceChange.reason(),
            balanceChange.actor(),
            now);
    var welcome = WelcomeCredits.of(environment);
    return OperatorTable.opening(
        environment,
        welcome,
        table -> {
          var owner = balanceChange.owner();
          if (table.ledger().find(owner).isEmpty()
              && !confirmation.isGiven(owner.value() + " has no account. Open one?")) {
            out.println(
                owner.value()
                    + " has no account. Nothing was changed. Check the address; to open an account"
                    + " for it without a question, use --yes.");
            return false;
          }
          var accounts = new Accounts(table.ledger(), welcome, ids, environment.clock());
          var isGranted = grant(table, accounts, balanceChange, promotion, again, out);
          balanceChange.printBalance(table.ledger(), environment.clock().instant(), out);
          return isGranted;
        });
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
                  + ". To grant the same again, use --again or another --reason.";
          case AlreadyPromoted _ ->
              owner.value()
                  + " was already granted "
                  + credits
                  + " for this reason. Nothing was changed. To grant them again, use --again.";
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
