package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.erasure.AccountOwner;
import dev.photocredits.erasure.Erasure;
import dev.photocredits.erasure.ErasureOutcome;
import dev.photocredits.erasure.ErasureOutcome.CreditsLeft;
import dev.photocredits.erasure.ErasureOutcome.Erased;
import dev.photocredits.erasure.ErasureOutcome.GenerationPending;
import dev.photocredits.erasure.ErasureOutcome.NoSuchUser;
import dev.photocredits.lambda.Environment;
import dev.photocredits.s3.S3Bucket;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.function.Predicate;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/** Erases a user, if that is confirmed. It can be repeated at any point. */
final class EraseCommand {
  private EraseCommand() {}

  /**
   * Returns whether the user is erased or does not exist. Throws {@link CommandFailure} if a
   * setting is wrong or the erasure did not finish.
   */
  static boolean run(
      Environment environment, Email owner, Confirmation confirmation, PrintStream out) {
    return with(environment, erasure -> erase(erasure, owner, confirmation, out));
  }

  /**
   * Runs {@code work} with the table and the bucket in the settings, and returns its result. Throws
   * {@link CommandFailure} if a setting is missing.
   */
  static boolean with(Environment environment, Predicate<Erasure> work) {
    require(environment, "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3");
    require(environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB");
    var bucket = environment.text("BUCKET_NAME");
    var key = OperatorDigestKey.of(environment);
    return OperatorTable.with(
        environment,
        table ->
            work.test(
                new Erasure(
                    table.ledger(),
                    table.generations(),
                    table.accountOwners(environment.clock()),
                    S3Bucket.open(AwsAccess.of(environment), bucket, environment.clock())
                        .removal(key),
                    new SecureRandom())));
  }

  /** Prevents an erasure of a table and a bucket that do not belong together. */
  private static void require(Environment environment, String given, String needed) {
    if (environment.find(given).isPresent() && environment.find(needed).isEmpty()) {
      throw new CommandFailure(given + " is set, so " + needed + " must be set as well.");
    }
  }

  /**
   * Erases the user, prints the outcome, and returns whether the user is erased or does not exist.
   * Throws {@link CommandFailure} if the erasure did not finish.
   */
  static boolean erase(Erasure erasure, Email owner, Confirmation confirmation, PrintStream out) {
    try {
      var account = erasure.find(owner);
      account.ifPresent(found -> out.println(owner.value() + ": " + summary(found) + "."));
      if (account.isPresent() && !confirmation.isGiven(question(account.get()))) {
        out.println(
            "An erasure cannot be undone. Nothing was changed. To erase the user without a"
                + " question, use --yes.");
        return false;
      }
      var outcome = erasure.erase(owner, true);
      out.println(message(outcome));
      account
          .flatMap(AccountOwner::customer)
          .filter(_ -> outcome instanceof Erased)
          .map(CustomerId::value)
          .ifPresent(
              customer ->
                  out.println("Stripe still has personal data: redact " + customer + " there."));
      return outcome instanceof Erased || outcome instanceof NoSuchUser;
    } catch (ResourceNotFoundException e) {
      throw e; // there is no table, so nothing has begun
    } catch (NoSuchBucketException e) {
      throw new CommandFailure(
          "The erasure did not finish, because the bucket does not exist. Correct BUCKET_NAME, and"
              + " run it again.",
          e);
    } catch (SdkException e) {
      throw new CommandFailure(
          "The erasure did not finish. "
              + AwsServices.any().sentences(ServiceFailure.of(e))
              + " Then run it again.",
          e);
    } catch (IllegalStateException e) {
      throw new CommandFailure("The erasure did not finish. Run it again. " + e.getMessage(), e);
    }
  }

  private static String question(AccountOwner account) {
    return account.user().credits().isNone()
        ? "Erase this user for ever?"
        : "Erase this user for ever, with their credits?";
  }

  private static String summary(AccountOwner account) {
    var user = account.user();
    return user.credits().value()
        + " credits"
        + (user.debt().isNone() ? "" : ", debt of " + user.debt().value() + " credits")
        + account.customer().map(customer -> ", Stripe customer " + customer.value()).orElse("");
  }

  private static String message(ErasureOutcome outcome) {
    return switch (outcome) {
      case Erased _ -> "Erased.";
      case NoSuchUser _ -> "There is no such user. Any uploads and feedback were deleted.";
      case CreditsLeft _ -> "The user still has credits, which would be lost. Nothing was changed.";
      case GenerationPending _ ->
          "A generation is pending. Nothing was changed. Run this again in a few minutes.";
    };
  }
}
