package dev.photocredits.local;

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

/** Who calls AWS, or what stands in for it. */
public record AwsAccount(
    String region, String accessKey, String secretKey, Optional<String> sessionToken) {
  /** The one that our own engines know. */
  public static final AwsAccount LOCAL =
      new AwsAccount("us-east-1", "photocredits", "localsecret", Optional.empty());

  /** The user's if there is one, else the local one. */
  static AwsAccount of(Settings settings) {
    var region = settings.get("AWS_REGION", LOCAL.region());
    var accessKey = settings.get("AWS_ACCESS_KEY_ID");
    var secretKey = settings.get("AWS_SECRET_ACCESS_KEY");
    return accessKey.isPresent() && secretKey.isPresent()
        ? new AwsAccount(
            region, accessKey.get(), secretKey.get(), settings.get("AWS_SESSION_TOKEN"))
        : new AwsAccount(region, LOCAL.accessKey(), LOCAL.secretKey(), Optional.empty());
  }

  /** As the AWS SDK names them. */
  public Map<String, String> variables() {
    var variables = new LinkedHashMap<String, String>();
    variables.put("AWS_REGION", region);
    variables.put("AWS_ACCESS_KEY_ID", accessKey);
    variables.put("AWS_SECRET_ACCESS_KEY", secretKey);
    sessionToken.ifPresent(token -> variables.put("AWS_SESSION_TOKEN", token));
    return variables;
  }

  /** A client for what listens there, which the caller closes. */
  public DynamoDbClient dynamoDb(URI endpoint) {
    return DynamoDbClient.builder()
        .endpointOverride(endpoint)
        .region(Region.of(region))
        .credentialsProvider(StaticCredentialsProvider.create(credentials()))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  /** A client for what listens there, which the caller closes. */
  public S3Client s3(URI endpoint) {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .forcePathStyle(true)
        // S3Proxy answers before it has read a chunked body's trailer, and may hang up on it.
        .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
        .region(Region.of(region))
        .credentialsProvider(StaticCredentialsProvider.create(credentials()))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  /** A client for what listens there, which the caller closes. */
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
