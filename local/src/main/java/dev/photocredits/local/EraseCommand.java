package dev.photocredits.local;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.aws.s3.S3ImageRemoval;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.erasure.Erasure;
import dev.photocredits.erasure.ErasureOutcome;
import dev.photocredits.erasure.ErasureOutcome.CreditsLeft;
import dev.photocredits.erasure.ErasureOutcome.Erased;
import dev.photocredits.erasure.ErasureOutcome.GenerationPending;
import dev.photocredits.erasure.ErasureOutcome.NoSuchUser;
import dev.photocredits.erasure.Holder;
import dev.photocredits.lambda.Environment;
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
 * Erases the user {@code EMAIL}; credits that they still have are given up only if {@code CONFIRM}
 * is {@code yes}. Ends with 0 if nothing is left of them, with 1 if nothing was done and why is
 * said, and with 2 if it could not begin or not end: it may be run again at any point. It works on
 * {@code DATA_DIR}, or on the table and the bucket at {@code AWS_ENDPOINT_URL_DYNAMODB} and {@code
 * AWS_ENDPOINT_URL_S3}, which may be in use.
 */
public final class EraseCommand {
  private EraseCommand() {}

  public static void main(String[] args) {
    Command.end(() -> run(System.getenv(), System.out));
  }

  /** Tells whether nothing is left of the user; throws {@link CannotStart} if that is not known. */
  public static boolean run(Map<String, String> variables, PrintStream out) {
    var settings = new Settings(variables);
    var owner =
        Email.parse(settings.get("EMAIL", ""))
            .orElseThrow(
                () -> new CannotStart("EMAIL must be an e-mail address, such as ada@example.com."));
    var confirmed = settings.get("CONFIRM", "").equals("yes");
    return with(settings, erasure -> erase(erasure, owner, confirmed, out));
  }

  /**
   * What that comes to with the table and the bucket that the settings name; throws {@link
   * CannotStart} if there are none.
   */
  static boolean with(Settings settings, Predicate<Erasure> work) {
    settings.demand("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3");
    settings.demand("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB");
    var dynamoDb = settings.address("AWS_ENDPOINT_URL_DYNAMODB");
    var s3 = settings.address("AWS_ENDPOINT_URL_S3");
    if (dynamoDb.isPresent() && s3.isPresent()) {
      return work.test(erasure(settings, dynamoDb.get(), s3.get()));
    }
    var folder = Path.of(settings.get("DATA_DIR", LocalSystem.DATA_DIR));
    if (!Files.isDirectory(folder.resolve(Services.DYNAMODB))) {
      throw new CannotStart("There is no data in " + folder + " to erase anything from.");
    }
    try (var data = DataDir.open(folder);
        var table = LocalDynamoDb.at(data.resolve(Services.DYNAMODB));
        var images = LocalS3.at(data.resolve(Services.S3), AwsAccount.of(settings))) {
      images.createBucket(settings.get("BUCKET_NAME", Services.BUCKET));
      return work.test(erasure(settings, table.endpoint(), images.endpoint()));
    } catch (IOException e) {
      throw new CannotStart("DATA_DIR " + folder + " cannot be used: " + e + ".", e);
    }
  }

  private static Erasure erasure(Settings settings, URI dynamoDb, URI s3) {
    var variables = new HashMap<>(AwsAccount.of(settings).variables());
    variables.put("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.toString());
    variables.put("AWS_ENDPOINT_URL_S3", s3.toString());
    var access = AwsAccess.of(new Environment(variables));
    var table = DynamoDb.open(access, settings.get("TABLE_NAME", Services.TABLE));
    return new Erasure(
        table.ledger(),
        table.generations(),
        table.identities(),
        S3ImageRemoval.open(access, settings.get("BUCKET_NAME", Services.BUCKET)),
        new SecureRandom());
  }

  /** Erases somebody and says what came of it; throws {@link CannotStart} if it did not end. */
  static boolean erase(Erasure erasure, Email owner, boolean confirmed, PrintStream out) {
    try {
      var holder = erasure.find(owner);
      holder.ifPresent(known -> out.println(owner.value() + " " + standing(known) + "."));
      var outcome = erasure.erase(owner, confirmed);
      out.println(said(outcome));
      holder
          .flatMap(Holder::customer)
          .filter(_ -> outcome instanceof Erased)
          .map(CustomerId::value)
          .ifPresent(
              customer -> out.println("What Stripe knows is left: redact " + customer + " there."));
      return outcome instanceof Erased || outcome instanceof NoSuchUser;
    } catch (SdkException | IllegalStateException e) {
      throw new CannotStart("It did not come to its end: run it again. " + e.getMessage(), e);
    }
  }

  private static String standing(Holder holder) {
    var user = holder.user();
    return "has "
        + user.credits().value()
        + " credits"
        + (user.debt().isNone() ? "" : ", owes " + user.debt().value())
        + holder.customer().map(customer -> ", is " + customer.value() + " at Stripe").orElse("");
  }

  private static String said(ErasureOutcome outcome) {
    return switch (outcome) {
      case Erased _ -> "Erased.";
      case NoSuchUser _ ->
          "There is no such user. Their uploads, if any, are gone, and their feedback has no address.";
      case CreditsLeft _ ->
          "Credits would stay with a pseudonym, where nobody can spend them. Nothing was done;"
              + " CONFIRM=yes gives them up.";
      case GenerationPending _ ->
          "A generation is under way. Nothing was done; run it again in a few minutes.";
    };
  }
}
