package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.lambda.Environment;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CORSRule;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Compares the bucket with the one in {@code template.yaml}. */
final class BucketInspection {
  private static final List<String> METHODS = List.of("GET", "HEAD", "PUT");

  private final Environment environment;
  private final String name;
  private final List<String> origins;
  private final Findings findings;

  /**
   * @param origins the origins of the page
   */
  BucketInspection(Environment environment, String name, List<String> origins, Findings findings) {
    this.environment = environment;
    this.name = name;
    this.origins = origins;
    this.findings = findings;
  }

  void run() {
    var access = AwsAccess.of(environment);
    var builder =
        S3Client.builder()
            .region(access.region())
            .credentialsProvider(access.credentials())
            .httpClientBuilder(UrlConnectionHttpClient.builder());
    access.s3().ifPresent(endpoint -> builder.endpointOverride(endpoint).forcePathStyle(true));
    try (var client = builder.build()) {
      var _ = client.headBucket(r -> r.bucket(name));
      findings.ok("the bucket " + name + " exists");
      publicAccess(client);
      cors(client);
    } catch (NoSuchBucketException _) {
      findings.problem(
          "there is no bucket " + name,
          "check BUCKET_NAME and AWS_REGION, or deploy the stack again");
    }
  }

  private void publicAccess(S3Client client) {
    var remedy =
        "aws s3api put-public-access-block --bucket "
            + name
            + " --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,"
            + "BlockPublicPolicy=true,RestrictPublicBuckets=true";
    try {
      var block = client.getPublicAccessBlock(r -> r.bucket(name)).publicAccessBlockConfiguration();
      findings.check(
          Stream.of(
                  block.blockPublicAcls(),
                  block.ignorePublicAcls(),
                  block.blockPublicPolicy(),
                  block.restrictPublicBuckets())
              .allMatch(Boolean.TRUE::equals),
          "the bucket blocks public access",
          "the bucket does not block all public access",
          remedy);
    } catch (S3Exception e) {
      switch (String.valueOf(e.awsErrorDetails().errorCode())) {
        case "NoSuchPublicAccessBlockConfiguration" ->
            findings.problem("the bucket does not block public access", remedy);
        case "NotImplemented" ->
            findings.skipped("public access to the bucket", "this S3 has no such setting");
        default -> throw e;
      }
    }
  }

  private void cors(S3Client client) {
    List<CORSRule> rules;
    try {
      rules = client.getBucketCors(r -> r.bucket(name)).corsRules();
    } catch (S3Exception e) {
      switch (String.valueOf(e.awsErrorDetails().errorCode())) {
        case "NoSuchCORSConfiguration" -> rules = List.of();
        case "NotImplemented" -> {
          findings.skipped("CORS of the bucket", "this S3 has no such setting");
          return;
        }
        default -> throw e;
      }
    }
    for (var origin : origins) {
      findings.check(
          rules.stream().anyMatch(rule -> allows(rule, origin)),
          "the bucket allows the page at " + origin,
          "the bucket does not allow " + METHODS + " from " + origin,
          "deploy the stack with CorsOrigins=" + origin);
    }
  }

  private static boolean allows(CORSRule rule, String origin) {
    return rule.allowedMethods().containsAll(METHODS)
        && (rule.allowedOrigins().contains(origin) || rule.allowedOrigins().contains("*"));
  }
}
