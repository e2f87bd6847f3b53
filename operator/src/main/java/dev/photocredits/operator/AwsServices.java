package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.FullJitter;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.ServiceMetadata;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The services of AWS that commands call, and the clients of the doctor. */
public final class AwsServices {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ATTEMPT = Duration.ofSeconds(4);
  private static final Duration CALL = Duration.ofSeconds(9);
  private static final int ATTEMPTS = 2;

  private AwsServices() {}

  /**
   * Says in two sentences why an emulator or another endpoint could not be used.
   *
   * @param setting the setting with its URL
   */
  public static String sentences(String name, String setting, URI url, SdkException thrown) {
    var service =
        new Service(
            name, Service.host(url), setting, "the credentials", any().newKeys(), any().rights());
    return service.sentences(ServiceFailure.of(thrown));
  }

  static Service dynamoDb(AwsAccess aws, String rights) {
    return service("DynamoDB", aws.dynamoDb(), DynamoDbClient.serviceMetadata(), aws, rights);
  }

  static Service s3(AwsAccess aws, String rights) {
    return service("S3", aws.s3(), S3Client.serviceMetadata(), aws, rights);
  }

  static Service sqs(AwsAccess aws, String rights) {
    return service("SQS", aws.sqs(), SqsClient.serviceMetadata(), aws, rights);
  }

  static Service secretsManager(AwsAccess aws, String rights) {
    return service(
        "Secrets Manager",
        aws.secretsManager(),
        SecretsManagerClient.serviceMetadata(),
        aws,
        rights);
  }

  /** AWS, if it is not known which service was called. */
  static Service any() {
    return new Service(
        "AWS",
        "",
        "AWS_REGION and the settings AWS_ENDPOINT_URL_…",
        "the credentials",
        "get current credentials, for example with aws configure export-credentials",
        "get the permissions of an operator");
  }

  private static Service service(
      String name, Optional<URI> given, ServiceMetadata known, AwsAccess aws, String rights) {
    var setting = "AWS_ENDPOINT_URL_" + name.toUpperCase(Locale.ROOT).replace(' ', '_');
    return new Service(
        name,
        Service.host(
            given.orElseGet(() -> URI.create("https://" + known.endpointFor(aws.region())))),
        given.isPresent() ? setting : "AWS_REGION",
        "the credentials",
        any().newKeys(),
        rights);
  }

  /** Completes the client so that a call ends after nine seconds. The caller closes the client. */
  static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
      B builder, AwsAccess aws, Optional<URI> endpoint) {
    endpoint.ifPresent(builder::endpointOverride);
    return builder
        .region(aws.region())
        .credentialsProvider(aws.credentials())
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(ATTEMPT))
        .overrideConfiguration(
            options ->
                options
                    .apiCallAttemptTimeout(ATTEMPT)
                    .apiCallTimeout(CALL)
                    .retryStrategy(FullJitter.retries(ATTEMPTS)))
        .build();
  }
}
