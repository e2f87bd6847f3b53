package dev.photocredits.local;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.lambda.Environment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;

/** The table that an operator's command works on. */
final class OperatedTable {
  private OperatedTable() {}

  /**
   * What that comes to with the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in use, or
   * in {@code DATA_DIR}; throws {@link CannotStart} if there is none, or it does not answer.
   */
  static <T> T with(Settings settings, Function<DynamoDb, T> work) {
    var elsewhere = settings.address("AWS_ENDPOINT_URL_DYNAMODB");
    if (elsewhere.isPresent()) {
      return at(elsewhere.get(), settings, work);
    }
    var folder = Path.of(settings.get("DATA_DIR", LocalSystem.DATA_DIR));
    if (!Files.isDirectory(folder.resolve(Services.DYNAMODB))) {
      throw new CannotStart("There is no data in " + folder + ".");
    }
    try (var data = DataDir.open(folder);
        var engine = LocalDynamoDb.at(data.resolve(Services.DYNAMODB))) {
      return at(engine.endpoint(), settings, work);
    } catch (IOException e) {
      throw new CannotStart("DATA_DIR " + folder + " cannot be used: " + e + ".", e);
    }
  }

  private static <T> T at(URI dynamoDb, Settings settings, Function<DynamoDb, T> work) {
    var variables = new HashMap<>(AwsAccount.of(settings).variables());
    variables.put("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.toString());
    var access = AwsAccess.of(new Environment(variables));
    try {
      return work.apply(DynamoDb.open(access, settings.get("TABLE_NAME", Services.TABLE)));
    } catch (SdkException e) {
      throw new CannotStart("The table at " + dynamoDb + " does not answer: " + e.getMessage(), e);
    }
  }
}
