package dev.photocredits.aws;

import dev.photocredits.lambda.Environment;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;

/**
 * The region, credentials and endpoints of AWS, from the variables that Lambda and the AWS SDK use.
 *
 * @param dynamoDb an endpoint other than the region's, from {@code AWS_ENDPOINT_URL_DYNAMODB}
 * @param s3 an endpoint other than the region's, from {@code AWS_ENDPOINT_URL_S3}
 * @param sqs an endpoint other than the region's, from {@code AWS_ENDPOINT_URL_SQS}
 * @param secretsManager an endpoint other than the region's, from {@code
 *     AWS_ENDPOINT_URL_SECRETS_MANAGER}
 * @param isUnplugged whether nothing may be sent: see {@link Environment#unplugged}
 */
public record AwsAccess(
    Region region,
    AwsCredentialsProvider credentials,
    Optional<URI> dynamoDb,
    Optional<URI> s3,
    Optional<URI> sqs,
    Optional<URI> secretsManager,
    boolean isUnplugged) {

  public static AwsAccess of(Environment environment) {
    return new AwsAccess(
        Region.of(environment.text("AWS_REGION")),
        credentials(environment),
        environment.findUrl("AWS_ENDPOINT_URL_DYNAMODB"),
        environment.findUrl("AWS_ENDPOINT_URL_S3"),
        environment.findUrl("AWS_ENDPOINT_URL_SQS"),
        environment.findUrl("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
        environment.isUnplugged());
  }

  /**
   * The HTTP client of a service.
   *
   * @param unplugged the body of each response if nothing may be sent
   */
  public SdkHttpClient http(Duration connect, Duration socket, Supplier<String> unplugged) {
    return isUnplugged
        ? new DiscardingHttpClient(unplugged.get())
        : UrlConnectionHttpClient.builder()
            .connectionTimeout(connect)
            .socketTimeout(socket)
            .build();
  }

  // Keys in the environment take precedence, as in the SDK's own chain. A function restored from a
  // snapshot has none; the chain then finds and renews the container's credentials.
  private static AwsCredentialsProvider credentials(Environment environment) {
    return environment
        .find("AWS_ACCESS_KEY_ID")
        .<AwsCredentialsProvider>map(id -> StaticCredentialsProvider.create(keys(id, environment)))
        .orElseGet(() -> DefaultCredentialsProvider.builder().build());
  }

  private static AwsCredentials keys(String id, Environment environment) {
    var secret = environment.text("AWS_SECRET_ACCESS_KEY");
    return environment
        .find("AWS_SESSION_TOKEN")
        .<AwsCredentials>map(token -> AwsSessionCredentials.create(id, secret, token))
        .orElseGet(() -> AwsBasicCredentials.create(id, secret));
  }
}
