package dev.photocredits.local;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.emulators.AwsAccount;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.lambda.Environment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;

/** The table that an operator's command works on. */
final class OperatorTable {
  private OperatorTable() {}

  /**
   * Runs {@code work} with the table at {@code AWS_ENDPOINT_URL_DYNAMODB}, which may be in use, or
   * in {@code DATA_DIR}, and returns its result. Throws {@link StartupFailure} if there is no table
   * or it cannot be reached.
   */
  static <T> T with(Settings settings, Function<DynamoDb, T> work) {
    var elsewhere = settings.address("AWS_ENDPOINT_URL_DYNAMODB");
    if (elsewhere.isPresent()) {
      return at(elsewhere.get(), settings, work);
    }
    var folder = Path.of(settings.get("DATA_DIR", LocalSystem.DATA_DIR));
    if (!Files.isDirectory(folder.resolve(LocalServices.DYNAMODB))) {
      throw new StartupFailure(noData(folder));
    }
    try (var data = DataDir.open(folder);
        var emulator = LocalDynamoDb.at(data.resolve(LocalServices.DYNAMODB))) {
      return at(emulator.endpoint(), settings, work);
    } catch (IOException e) {
      throw new StartupFailure("Cannot use DATA_DIR " + folder + ": " + e + ".", e);
    }
  }

  static String noData(Path folder) {
    return "There is no data in " + folder + ". Set DATA_DIR to the folder of a local run.";
  }

  private static <T> T at(URI dynamoDb, Settings settings, Function<DynamoDb, T> work) {
    var variables = new HashMap<>(AwsAccount.of(settings).variables());
    variables.put("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.toString());
    var access = AwsAccess.of(new Environment(variables));
    try {
      return work.apply(DynamoDb.open(access, settings.get("TABLE_NAME", LocalServices.TABLE)));
    } catch (SdkException e) {
      throw new StartupFailure("Cannot reach the table at " + dynamoDb + ": " + e.getMessage(), e);
    }
  }
}
