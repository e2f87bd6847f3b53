package dev.photocredits.operator;

import dev.photocredits.credits.Identity;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.User;
import dev.photocredits.erasure.AccountOwners;
import dev.photocredits.erasure.Rebinding;
import dev.photocredits.erasure.RebindingOutcome.NoSuchAccount;
import dev.photocredits.erasure.RebindingOutcome.Rebound;
import dev.photocredits.erasure.RebindingOutcome.Unchanged;
import dev.photocredits.lambda.Environment;
import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import java.io.PrintStream;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Binds an account to another identity, or releases it for the next sign-in, if that is confirmed.
 * A record with the reason and the operator's name stays in the table. It can be repeated.
 */
final class RebindCommand {
  private RebindCommand() {}

  /** The options by which an operator names the new identity. */
  record Target(@Nullable String issuer, @Nullable String subject, boolean isRelease) {
    /**
     * The identity; null to release the account. Throws {@link CommandFailure} if it is unclear.
     */
    @Nullable Identity identity() {
      var isNamed = issuer != null && subject != null;
      if (isNamed == isRelease || (issuer == null) != (subject == null)) {
        throw new CommandFailure(
            "Name the new sign-in with --issuer and --subject, or release the account with --clear.");
      }
      return issuer == null || subject == null
          ? null
          : Identity.of(Options.text("--issuer", issuer), Options.text("--subject", subject));
    }
  }

  /**
   * Returns whether the account is bound as the operator wants. Throws {@link CommandFailure} if a
   * setting is wrong.
   */
  static boolean run(
      Environment environment,
      Email owner,
      Target target,
      String reason,
      String actor,
      Confirmation confirmation,
      PrintStream out) {
    var identity = target.identity();
    var now = environment.clock().instant();
    var id = new TimeOrderedIds(new SecureRandom()).next(now);
    var rebinding = new Rebinding(id, owner, identity, reason, actor, now);
    return OperatorTable.with(
        environment,
        table ->
            rebind(
                table.ledger(),
                table.accountOwners(environment.clock()),
                rebinding,
                confirmation,
                out));
  }

  private static boolean rebind(
      Ledger ledger,
      AccountOwners owners,
      Rebinding rebinding,
      Confirmation confirmation,
      PrintStream out) {
    try {
      var owner = rebinding.owner();
      var account = ledger.find(owner);
      account.ifPresent(user -> out.println(summary(user)));
      if (account.isPresent() && !confirmation.isGiven(question(rebinding.identity()))) {
        out.println("Nothing was changed. To bind the account without a question, use --yes.");
        return false;
      }
      var outcome = owners.rebind(rebinding);
      out.println(
          switch (outcome) {
            case Rebound _ -> done(owner, rebinding.identity());
            case Unchanged _ -> done(owner, rebinding.identity()) + " Nothing was changed.";
            case NoSuchAccount _ -> owner.value() + " has no account. Nothing was changed.";
          });
      return !(outcome instanceof NoSuchAccount);
    } catch (IllegalStateException e) {
      throw new CommandFailure("The account was not changed. " + e.getMessage(), e);
    }
  }

  private static String summary(User user) {
    return user.email().value()
        + user.identity()
            .map(identity -> ": bound to identity " + identity.digest() + ".")
            .orElse(": not bound to an identity.");
  }

  private static String question(@Nullable Identity identity) {
    return identity == null
        ? "Give this account to the next sign-in with this address?"
        : "Give this account to this sign-in, and to no other?";
  }

  private static String done(Email owner, @Nullable Identity identity) {
    return identity == null
        ? owner.value() + " is bound to no identity; the next sign-in binds it."
        : owner.value() + " is bound to identity " + identity.digest() + ".";
  }
}
