package dev.photocredits.local;

import dev.photocredits.emulators.AwsAccount;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.operator.PhotoCredits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Runs a command of the operators' command line on {@code DATA_DIR}, or on the table at {@code
 * AWS_ENDPOINT_URL_DYNAMODB}, with the names and credentials of the local run as defaults.
 */
public final class OperatorCommand {
  private OperatorCommand() {}

  public static void main(String[] args) {
    try {
      System.exit(with(System.getenv(), variables -> PhotoCredits.run(variables, args)));
    } catch (StartupFailure e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  /**
   * Runs a command with the settings of the table and the bucket, and returns its exit code. Throws
   * {@link StartupFailure} if there is no data in the folder, or if it is in use.
   */
  public static int with(
      Map<String, String> variables, ToIntFunction<Map<String, String>> command) {
    var settings = new Settings(variables);
    var all = new HashMap<>(settings.values());
    all.putIfAbsent("TABLE_NAME", LocalServices.TABLE);
    all.putIfAbsent("BUCKET_NAME", LocalServices.BUCKET);
    all.putAll(AwsAccount.of(settings).variables());
    var folder = Path.of(settings.get("DATA_DIR", LocalSystem.DATA_DIR));
    var hasDigestKey = settings.has("DIGEST_KEY") || settings.has("DIGEST_SECRET_ID");
    if (settings.has("AWS_ENDPOINT_URL_DYNAMODB") || settings.has("AWS_ENDPOINT_URL_S3")) {
      if (!hasDigestKey && isLocal(settings)) {
        DigestKeyFile.find(folder).ifPresent(key -> all.put("DIGEST_KEY", key));
      }
      return command.applyAsInt(all);
    }
    if (!Files.isDirectory(folder.resolve(LocalServices.DYNAMODB))) {
      throw new StartupFailure(
          "There is no data in " + folder + ". Set DATA_DIR to the folder of a local run.");
    }
    try (var data = DataDir.open(folder);
        var table = LocalDynamoDb.at(data.resolve(LocalServices.DYNAMODB));
        var images = LocalS3.at(data.resolve(LocalServices.S3), AwsAccount.of(settings))) {
      images.createBucket(settings.get("BUCKET_NAME", LocalServices.BUCKET));
      if (!hasDigestKey) {
        all.put("DIGEST_KEY", DigestKeyFile.in(folder));
      }
      all.put("AWS_ENDPOINT_URL_DYNAMODB", table.endpoint().toString());
      all.put("AWS_ENDPOINT_URL_S3", images.endpoint().toString());
      return command.applyAsInt(all);
    } catch (IOException e) {
      throw DataDir.unusable(folder, e);
    }
  }

  private static boolean isLocal(Settings settings) {
    return Stream.of("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3")
        .flatMap(name -> settings.address(name).stream())
        .allMatch(Settings::isLoopback);
  }
}
