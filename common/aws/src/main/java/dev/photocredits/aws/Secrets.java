package dev.photocredits.aws;

import dev.photocredits.json.Json;
import dev.photocredits.json.NotJson;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Reads the settings that must not be stored in a function's environment variables, always with the
 * same client.
 */
public final class Secrets implements Supplier<Environment> {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration ATTEMPT = Duration.ofSeconds(2);

  /** For each of two secrets, within the ten seconds that Lambda allows for a restore. */
  private static final Duration CALL = Duration.ofSeconds(4);

  private static final int SERVER_ERROR = 500;

  private final Environment environment;
  private final String setting;
  private final List<String> ids;
  private final SecretsManagerClient client;

  private Secrets(Environment environment, String setting, List<String> ids) {
    this.environment = environment;
    this.setting = setting;
    this.ids = List.copyOf(ids);
    client = client(AwsAccess.of(environment));
  }

  /**
   * Adds the settings from the secrets of Secrets Manager whose ids {@code SECRET_ID} lists,
   * separated by commas. Each is a JSON object with string values. Without {@code SECRET_ID}, the
   * settings are always the same.
   */
  public static Supplier<Environment> open(Environment environment) {
    return environment.find("SECRET_ID").isEmpty()
        ? () -> environment
        : new Secrets(environment, "SECRET_ID", environment.list("SECRET_ID"));
  }

  /**
   * Adds the digest key from the secret whose id is {@code DIGEST_SECRET_ID}. A stack's key never
   * changes, so a function calls this once, before its snapshot, and neither a restore nor a
   * renewal reads it again. Without {@code DIGEST_SECRET_ID}, or if the variable {@code DIGEST_KEY}
   * is set, the settings are the same.
   */
  public static Environment withDigestKey(Environment environment) {
    return environment.find("DIGEST_SECRET_ID").isEmpty()
            || environment.find("DIGEST_KEY").isPresent()
        ? environment
        : new Secrets(
                environment, "DIGEST_SECRET_ID", List.of(environment.text("DIGEST_SECRET_ID")))
            .get();
  }

  /** Adds the settings from the secret with this id, once. */
  public static Environment in(Environment environment, String id) {
    return new Secrets(environment, "SECRET_ID", List.of(id)).get();
  }

  /**
   * The settings with those in the current versions of the secrets.
   *
   * <p>Throws {@link InvalidSetting} if a secret does not exist, may not be read or is not such an
   * object; the message never contains the secret. Any other exception means that Secrets Manager
   * could not answer: a secret is given up after 4 s.
   */
  @Override
  public Environment get() {
    var settings = new HashMap<String, String>();
    ids.forEach(id -> settings.putAll(parsed(read(id))));
    return environment.with(settings);
  }

  private String read(String id) {
    try {
      var text = client.getSecretValue(request -> request.secretId(id)).secretString();
      if (text == null) {
        throw malformed();
      }
      return text;
    } catch (SdkServiceException e) {
      if (e.statusCode() >= SERVER_ERROR || e.isThrottlingException()) {
        throw e;
      }
      throw new InvalidSetting(setting, "names a secret that cannot be read", e);
    }
  }

  private static SecretsManagerClient client(AwsAccess aws) {
    var builder =
        SecretsManagerClient.builder()
            .region(aws.region())
            .credentialsProvider(aws.credentials())
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(ATTEMPT))
            .overrideConfiguration(new CallTimeouts(ATTEMPT, CALL)::applyTo);
    aws.secretsManager().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private Map<String, String> parsed(String text) {
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

  private InvalidSetting malformed() {
    return new InvalidSetting(
        setting, "names a secret that is not a JSON object with string values");
  }
}
