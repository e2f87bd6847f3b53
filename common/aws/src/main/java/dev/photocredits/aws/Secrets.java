package dev.photocredits.aws;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.Json;
import dev.photocredits.lambda.NotJson;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** The settings that must not stand in a function's variables. */
public final class Secrets {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private Secrets() {}

  /**
   * The settings, and those that the secret {@code SECRET_ID} of Secrets Manager holds as a JSON
   * object of texts, as they are now: one call. Without a {@code SECRET_ID} the settings alone.
   * Throws {@link InvalidSetting} if there is no such secret, it may not be read or it is no such
   * object; never with what it holds.
   */
  public static Environment in(Environment environment) {
    return environment
        .find("SECRET_ID")
        .map(id -> environment.with(parsed(read(AwsAccess.of(environment), id))))
        .orElse(environment);
  }

  private static String read(AwsAccess aws, String id) {
    var builder =
        SecretsManagerClient.builder()
            .region(aws.region())
            .credentialsProvider(aws.credentials())
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(PATIENCE)
                    .socketTimeout(PATIENCE));
    aws.secretsManager().ifPresent(builder::endpointOverride);
    try (var client = builder.build()) {
      var text = client.getSecretValue(request -> request.secretId(id)).secretString();
      if (text == null) {
        throw unusable();
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
        throw unusable();
      }
      var settings = new HashMap<String, String>();
      for (var member : object.entrySet()) {
        if (!(member.getValue() instanceof String value)) {
          throw unusable();
        }
        settings.put((String) member.getKey(), value);
      }
      return settings;
    } catch (NotJson _) {
      throw unusable();
    }
  }

  private static InvalidSetting unusable() {
    return new InvalidSetting("SECRET_ID", "names a secret that is no JSON object of texts");
  }
}
