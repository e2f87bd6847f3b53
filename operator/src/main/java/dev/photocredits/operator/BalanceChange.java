package dev.photocredits.operator;

import dev.photocredits.credits.Ledger;
import dev.photocredits.values.Email;
import java.io.PrintStream;
import java.time.Instant;

/**
 * What an operator's change of a balance has in common.
 *
 * @param reason the reason, which the customer sees in their statement
 * @param actor the operator's name, which is stored and not shown
 */
record BalanceChange(Email owner, String reason, String actor) {
  /** Prints what the owner can spend now. */
  void printBalance(Ledger ledger, Instant now, PrintStream out) {
    ledger
        .find(owner)
        .ifPresent(
            user ->
                out.println(
                    "%s now has %d credits%s."
                        .formatted(
                            owner.value(),
                            user.available(now).value(),
                            user.debt().isNone()
                                ? ""
                                : " and a debt of " + user.debt().value() + " credits")));
  }
}
