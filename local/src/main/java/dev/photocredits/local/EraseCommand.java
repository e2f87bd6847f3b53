package dev.photocredits.local;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.emulators.AwsAccount;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.erasure.AccountOwner;
import dev.photocredits.erasure.Erasure;
import dev.photocredits.erasure.ErasureOutcome;
import dev.photocredits.erasure.ErasureOutcome.CreditsLeft;
import dev.photocredits.erasure.ErasureOutcome.Erased;
import dev.photocredits.erasure.ErasureOutcome.GenerationPending;
import dev.photocredits.erasure.ErasureOutcome.NoSuchUser;
import dev.photocredits.lambda.Environment;
import dev.photocredits.s3.S3ImageRemoval;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * {@code make erase}: erases the user {@code EMAIL}. If they still have credits, it does so only if
 * {@code CONFIRM} is {@code yes}.
 *
 * <p>It works on {@code DATA_DIR}, or on the table and the bucket at {@code
 * AWS_ENDPOINT_URL_DYNAMODB} and {@code AWS_ENDPOINT_URL_S3}, which may be in use. It can be
 * repeated at any point.
 *
 * <p>Exit codes: 0 if the user is erased or does not exist; 1 if nothing was changed, with the
 * reason on standard output; 2 if the command could not begin or finish.
 */
public final class EraseCommand {
  private EraseCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), System.out));
  }

  /**
   * Returns whether the user is erased or does not exist. Throws {@link StartupFailure} if a
   * setting is wrong or the erasure did not finish.
   */
  public static boolean run(Map<String, String> variables, PrintStream out) {
    var settings = new Settings(variables);
    var owner =
        Email.parse(settings.get("EMAIL", ""))
            .orElseThrow(
                () ->
                    new StartupFailure(
                        "EMAIL must be an e-mail address, such as ada@example.com."));
    var confirmed = settings.get("CONFIRM", "").equals("yes");
    return with(settings, erasure -> erase(erasure, owner, confirmed, out));
  }

  /**
   * Runs {@code work} with the table and the bucket in the settings, and returns its result. Throws
   * {@link StartupFailure} if there are none.
   */
  static boolean with(Settings settings, Predicate<Erasure> work) {
    settings.require("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3");
    settings.require("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB");
    var dynamoDb = settings.address("AWS_ENDPOINT_URL_DYNAMODB");
    var s3 = settings.address("AWS_ENDPOINT_URL_S3");
    if (dynamoDb.isPresent() && s3.isPresent()) {
      return work.test(erasure(settings, dynamoDb.get(), s3.get()));
    }
    var folder = Path.of(settings.get("DATA_DIR", LocalSystem.DATA_DIR));
    if (!Files.isDirectory(folder.resolve(LocalServices.DYNAMODB))) {
      throw new StartupFailure(OperatorTable.noData(folder));
    }
    try (var data = DataDir.open(folder);
        var table = LocalDynamoDb.at(data.resolve(LocalServices.DYNAMODB));
        var images = LocalS3.at(data.resolve(LocalServices.S3), AwsAccount.of(settings))) {
      images.createBucket(settings.get("BUCKET_NAME", LocalServices.BUCKET));
      return work.test(erasure(settings, table.endpoint(), images.endpoint()));
    } catch (IOException e) {
      throw new StartupFailure("Cannot use DATA_DIR " + folder + ": " + e + ".", e);
    }
  }

  private static Erasure erasure(Settings settings, URI dynamoDb, URI s3) {
    var variables = new HashMap<>(AwsAccount.of(settings).variables());
    variables.put("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.toString());
    variables.put("AWS_ENDPOINT_URL_S3", s3.toString());
    var access = AwsAccess.of(new Environment(variables));
    var table = DynamoDb.open(access, settings.get("TABLE_NAME", LocalServices.TABLE));
    return new Erasure(
        table.ledger(),
        table.generations(),
        table.accountOwners(),
        S3ImageRemoval.open(access, settings.get("BUCKET_NAME", LocalServices.BUCKET)),
        new SecureRandom());
  }

  /**
   * Erases the user, prints the outcome, and returns whether the user is erased or does not exist.
   * Throws {@link StartupFailure} if the erasure did not finish.
   */
  static boolean erase(Erasure erasure, Email owner, boolean confirmed, PrintStream out) {
    try {
      var account = erasure.find(owner);
      account.ifPresent(found -> out.println(owner.value() + ": " + summary(found) + "."));
      var outcome = erasure.erase(owner, confirmed);
      out.println(message(outcome));
      account
          .flatMap(AccountOwner::customer)
          .filter(_ -> outcome instanceof Erased)
          .map(CustomerId::value)
          .ifPresent(
              customer ->
                  out.println("Stripe still has personal data: redact " + customer + " there."));
      return outcome instanceof Erased || outcome instanceof NoSuchUser;
    } catch (SdkException | IllegalStateException e) {
      throw new StartupFailure("The erasure did not finish. Run it again. " + e.getMessage(), e);
    }
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
      case NoSuchUser _ ->
          "There is no such user. Any uploads were deleted, and any feedback has no address.";
      case CreditsLeft _ ->
          "The user still has credits, which would be lost. Nothing was changed. To erase the user"
              + " anyway, set CONFIRM=yes.";
      case GenerationPending _ ->
          "A generation is pending. Nothing was changed. Run this again in a few minutes.";
    };
  }
}
