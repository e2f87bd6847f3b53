package dev.photocredits.local;

import dev.photocredits.audit.Audit;
import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.lambda.Environment;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Compares every account with its entries, and says what differs. Ends with 0 if nothing does, with
 * 1 if something does, and with 2 if it could not look. It audits {@code DATA_DIR}, or the table at
 * {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in use; it writes nothing.
 */
public final class AuditCommand {
  /** Kept, so that its level is kept: libraries log their warnings only. */
  private static final Logger LIBRARIES = Logger.getLogger("");

  private AuditCommand() {}

  public static void main(String[] args) {
    LIBRARIES.setLevel(Level.WARNING);
    try {
      System.exit(run(System.getenv(), System.out) ? 0 : 1);
    } catch (CannotStart e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  /** Tells whether nothing differs; throws {@link CannotStart} if it cannot look. */
  public static boolean run(Map<String, String> variables, PrintStream out) {
    var settings = new Settings(variables);
    var elsewhere = settings.address("AWS_ENDPOINT_URL_DYNAMODB");
    if (elsewhere.isPresent()) {
      return audit(settings, elsewhere.get(), out);
    }
    var folder = Path.of(settings.get("DATA_DIR", LocalSystem.DATA_DIR));
    if (!Files.isDirectory(folder.resolve(Services.DYNAMODB))) {
      throw new CannotStart("There is no data in " + folder + " to audit.");
    }
    try (var data = DataDir.open(folder);
        var engine = LocalDynamoDb.at(data.resolve(Services.DYNAMODB))) {
      return audit(settings, engine.endpoint(), out);
    } catch (IOException e) {
      throw new CannotStart("DATA_DIR " + folder + " cannot be used: " + e + ".", e);
    }
  }

  private static boolean audit(Settings settings, URI dynamoDb, PrintStream out) {
    var variables = new HashMap<>(AwsAccount.of(settings).variables());
    variables.put("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.toString());
    var access = AwsAccess.of(new Environment(variables));
    var books = DynamoDb.open(access, settings.get("TABLE_NAME", Services.TABLE)).books();
    try {
      var audited = new Audit(books, Clock.systemUTC()).run(Instant.MAX);
      audited
          .differences()
          .forEach(found -> out.println("DIFFERS  " + found.owner().value() + ": " + found.what()));
      out.printf(
          "%d accounts audited, %d differences%s%n",
          audited.accounts(),
          audited.differences().size(),
          audited.unsettled() == 0 ? "" : ", " + audited.unsettled() + " moved all the while");
      return audited.differences().isEmpty();
    } catch (SdkException e) {
      throw new CannotStart("The table at " + dynamoDb + " cannot be read: " + e.getMessage(), e);
    }
  }
}
