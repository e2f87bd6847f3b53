package dev.photocredits.emulators;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The region and credentials used to call AWS or a local emulator of it. */
public record AwsAccount(
    String region, String accessKey, String secretKey, Optional<String> sessionToken) {
  /** The account that our own emulators accept. */
  public static final AwsAccount LOCAL =
      new AwsAccount("us-east-1", "photocredits", "localsecret", Optional.empty());

  /** Uses the credentials in the settings if both keys are set, and {@link #LOCAL}'s otherwise. */
  public static AwsAccount of(Settings settings) {
    var region = settings.get("AWS_REGION", LOCAL.region());
    var accessKey = settings.get("AWS_ACCESS_KEY_ID");
    var secretKey = settings.get("AWS_SECRET_ACCESS_KEY");
    return accessKey.isPresent() && secretKey.isPresent()
        ? new AwsAccount(
            region, accessKey.get(), secretKey.get(), settings.get("AWS_SESSION_TOKEN"))
        : new AwsAccount(region, LOCAL.accessKey(), LOCAL.secretKey(), Optional.empty());
  }

  /** The environment variables from which the AWS SDK reads this account. */
  public Map<String, String> variables() {
    var variables = new LinkedHashMap<String, String>();
    variables.put("AWS_REGION", region);
    variables.put("AWS_ACCESS_KEY_ID", accessKey);
    variables.put("AWS_SECRET_ACCESS_KEY", secretKey);
    sessionToken.ifPresent(token -> variables.put("AWS_SESSION_TOKEN", token));
    return variables;
  }

  /** Creates a client for the DynamoDB endpoint. The caller closes it. */
  public DynamoDbClient dynamoDb(URI endpoint) {
    return DynamoDbClient.builder()
        .endpointOverride(endpoint)
        .region(Region.of(region))
        .credentialsProvider(StaticCredentialsProvider.create(credentials()))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  /** Creates a client for the S3 endpoint. The caller closes it. */
  public S3Client s3(URI endpoint) {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .forcePathStyle(true)
        // S3Proxy responds before it has read the trailer of a chunked body, and may then close the
        // connection.
        .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
        .region(Region.of(region))
        .credentialsProvider(StaticCredentialsProvider.create(credentials()))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  /** Creates a client for the SQS endpoint. The caller closes it. */
  public SqsClient sqs(URI endpoint) {
    return SqsClient.builder()
        .endpointOverride(endpoint)
        .region(Region.of(region))
        .credentialsProvider(StaticCredentialsProvider.create(credentials()))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  AwsCredentials credentials() {
    return sessionToken
        .<AwsCredentials>map(token -> AwsSessionCredentials.create(accessKey, secretKey, token))
        .orElseGet(() -> AwsBasicCredentials.create(accessKey, secretKey));
  }
}
