package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CORSRule;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.PublicAccessBlockConfiguration;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Compares the bucket with the one in {@code template.yaml}. */
final class BucketInspection {
  private static final List<String> METHODS = List.of("GET", "HEAD", "PUT");

  private final AwsAccess aws;
  private final String name;
  private final List<String> origins;
  private final Findings findings;

  /**
   * @param origins the origins of the page
   */
  BucketInspection(AwsAccess aws, String name, List<String> origins, Findings findings) {
    this.aws = aws;
    this.name = name;
    this.origins = origins;
    this.findings = findings;
  }

  void run() {
    var builder = S3Client.builder().forcePathStyle(aws.s3().isPresent());
    try (var client = AwsServices.client(builder, aws, aws.s3())) {
      inspect(client);
    } catch (NoSuchBucketException _) {
      findings.problem(
          "there is no bucket " + name,
          "set BUCKET_NAME to the output BucketName of the stack, and check AWS_REGION");
    } catch (S3Exception e) {
      var region = otherRegion(e);
      if (region.isEmpty()) {
        throw e;
      }
      findings.problem(
          "the bucket " + name + " is in the region " + region.get(),
          "set AWS_REGION=" + region.get() + ", or BUCKET_NAME to the output BucketName");
    }
  }

  private void inspect(S3Client client) {
    // A response to HEAD would have no body, and so no code of an error.
    var _ = client.listObjectsV2(r -> r.bucket(name).maxKeys(1));
    findings.ok("the bucket " + name + " exists");
    publicAccess(client);
    cors(client);
  }

  /** The region that S3 names if it is not the one that was called. */
  private Optional<String> otherRegion(S3Exception e) {
    return Optional.ofNullable(e.awsErrorDetails())
        .flatMap(details -> Optional.ofNullable(details.sdkHttpResponse()))
        .flatMap(response -> response.firstMatchingHeader("x-amz-bucket-region"))
        .filter(region -> !region.equals(aws.region().id()));
  }

  private void publicAccess(S3Client client) {
    var remedy =
        "aws s3api put-public-access-block --bucket "
            + name
            + " --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,"
            + "BlockPublicPolicy=true,RestrictPublicBuckets=true";
    try {
      var block = client.getPublicAccessBlock(r -> r.bucket(name)).publicAccessBlockConfiguration();
      if (block == null) {
        throw new UnusableResponse();
      }
      findings.check(
          isComplete(block),
          "the bucket blocks public access",
          "the bucket does not block all public access",
          remedy);
    } catch (S3Exception e) {
      switch (ServiceFailure.code(e)) {
        case "NoSuchPublicAccessBlockConfiguration" ->
            findings.problem("the bucket does not block public access", remedy);
        case "NotImplemented" ->
            findings.skipped("public access to the bucket", "this S3 has no such setting");
        default -> throw e;
      }
    }
  }

  private static boolean isComplete(PublicAccessBlockConfiguration block) {
    return Stream.of(
            block.blockPublicAcls(),
            block.ignorePublicAcls(),
            block.blockPublicPolicy(),
            block.restrictPublicBuckets())
        .allMatch(Boolean.TRUE::equals);
  }

  private void cors(S3Client client) {
    List<CORSRule> rules;
    try {
      rules = client.getBucketCors(r -> r.bucket(name)).corsRules();
    } catch (S3Exception e) {
      switch (ServiceFailure.code(e)) {
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
          "the bucket does not allow %s with a content-type from %s"
              .formatted(String.join(", ", METHODS), origin),
          "deploy the stack with CorsOrigins=" + String.join(",", origins));
    }
  }

  private static boolean allows(CORSRule rule, String origin) {
    return rule.allowedMethods().containsAll(METHODS)
        && rule.allowedOrigins().stream().anyMatch(pattern -> matches(pattern, origin))
        && rule.allowedHeaders().stream()
            .anyMatch(pattern -> matches(pattern.toLowerCase(Locale.ROOT), "content-type"));
  }

  /** S3 allows one {@code *} in a pattern. */
  private static boolean matches(String pattern, String text) {
    var star = pattern.indexOf('*');
    return star < 0
        ? pattern.equals(text)
        : text.length() >= pattern.length() - 1
            && text.startsWith(pattern.substring(0, star))
            && text.endsWith(pattern.substring(star + 1));
  }
}
