package dev.photocredits.aws;

import dev.photocredits.json.Json;
import dev.photocredits.json.NotJson;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Reads the settings that must not be stored in a function's environment variables. */
public final class Secrets {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private Secrets() {}

  /**
   * Adds the settings from the secrets of Secrets Manager whose ids {@code SECRET_ID} lists,
   * separated by commas. Each is a JSON object with string values. Each call reads the current
   * versions. Without {@code SECRET_ID}, returns the settings unchanged.
   *
   * <p>Throws {@link InvalidSetting} if a secret does not exist, may not be read or is not such an
   * object; the message never contains the secret.
   */
  public static Environment in(Environment environment) {
    return environment.find("SECRET_ID").isEmpty()
        ? environment
        : in(environment, environment.list("SECRET_ID"));
  }

  /** Adds the settings from the secret with this id, as {@link #in(Environment)} does. */
  public static Environment in(Environment environment, String id) {
    return in(environment, List.of(id));
  }

  private static Environment in(Environment environment, List<String> ids) {
    var aws = AwsAccess.of(environment);
    var settings = new HashMap<String, String>();
    ids.forEach(id -> settings.putAll(parsed(read(aws, id))));
    return environment.with(settings);
  }

  private static String read(AwsAccess aws, String id) {
    var builder =
        SecretsManagerClient.builder()
            .region(aws.region())
            .credentialsProvider(aws.credentials())
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(TIMEOUT)
                    .socketTimeout(TIMEOUT));
    aws.secretsManager().ifPresent(builder::endpointOverride);
    try (var client = builder.build()) {
      var text = client.getSecretValue(request -> request.secretId(id)).secretString();
      if (text == null) {
        throw malformed();
      }
      return text;
    } catch (SdkServiceException e) {
      if (e.statusCode() >= 500 || e.isThrottlingException()) {
        throw e;
      }
      throw new InvalidSetting("SECRET_ID", "names a secret that cannot be read", e);
    }
  }

  private static Map<String, String> parsed(String text) {
    try {
      if (!(Json.read(text) instanceof Map<?, ?> object)) {
        throw malformed();
      }
      var settings = new HashMap<String, String>();
      for (var member : object.entrySet()) {
        if (!(member.getValue() instanceof String value)) {
          throw malformed();
        }
        settings.put((String) member.getKey(), value);
      }
      return settings;
    } catch (NotJson _) {
      throw malformed();
    }
  }

  private static InvalidSetting malformed() {
    return new InvalidSetting(
        "SECRET_ID", "names a secret that is not a JSON object with string values");
  }
}
