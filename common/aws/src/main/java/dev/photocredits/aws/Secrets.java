package dev.photocredits.aws;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** The settings that must not stand in a function's variables. */
public final class Secrets {
  private static final JsonFactory JSON = new JsonFactory();
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
    var settings = new HashMap<String, String>();
    try (var json = JSON.createParser(text)) {
      expect(json.nextToken() == JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        settings.put(json.currentName(), value(json));
      }
      expect(json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null);
      return settings;
    } catch (IOException _) {
      // Without its cause: the parser quotes what it reads.
      throw unusable();
    }
  }

  private static String value(JsonParser json) throws IOException {
    expect(json.nextToken() == JsonToken.VALUE_STRING);
    return json.getText();
  }

  private static void expect(boolean asExpected) {
    if (!asExpected) {
      throw unusable();
    }
  }

  private static InvalidSetting unusable() {
    return new InvalidSetting("SECRET_ID", "names a secret that is no JSON object of texts");
  }
}
