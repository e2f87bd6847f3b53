package dev.photocredits.s3;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.CallTimeouts;
import dev.photocredits.erasure.ImageRemoval;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.ImageStore;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.images.StoredImage;
import dev.photocredits.uploads.Uploads;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Opens the S3 bucket and provides the stores that use it. A call times out after 10 s, an attempt
 * after 5 s.
 */
public final class S3Bucket {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration ATTEMPT = Duration.ofSeconds(5);
  private static final CallTimeouts TIMEOUTS = new CallTimeouts(ATTEMPT, Duration.ofSeconds(10));

  /** How long a signed URL accepts an upload. */
  private static final Duration UPLOAD = Duration.ofMinutes(10);

  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private final String name;
  private final AwsAccess aws;
  private final S3Client client;
  private final S3Presigner presigner;
  private final InstantSource clock;

  private S3Bucket(
      String name, AwsAccess aws, S3Client client, S3Presigner presigner, InstantSource clock) {
    this.name = name;
    this.aws = aws;
    this.client = client;
    this.presigner = presigner;
    this.clock = clock;
  }

  public static S3Bucket open(AwsAccess aws, String name, InstantSource clock) {
    return new S3Bucket(name, aws, client(aws), presigner(aws), clock);
  }

  private static S3Client client(AwsAccess aws) {
    var client =
        S3Client.builder()
            .region(aws.region())
            .credentialsProvider(aws.credentials())
            // All bytes are in memory, so the checksum goes into a header instead of after the last
            // chunk.
            .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
            .httpClient(aws.http(CONNECT, ATTEMPT, () -> ""))
            .overrideConfiguration(TIMEOUTS::applyTo);
    // Servers other than S3 have no host name for each bucket.
    aws.s3().ifPresent(endpoint -> client.endpointOverride(endpoint).forcePathStyle(true));
    return client.build();
  }

  private static S3Presigner presigner(AwsAccess aws) {
    var presigner =
        S3Presigner.builder().region(aws.region()).credentialsProvider(aws.credentials());
    aws.s3()
        .ifPresent(
            endpoint ->
                presigner
                    .endpointOverride(endpoint)
                    .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build()));
    return presigner.build();
  }

  /** Primes the calls: signs a URL, and requests an image that does not exist. */
  public void prime() {
    var absent = new StoredImage("images/nothing", new ContentType("image/png"));
    var _ = images(UPLOAD).sign(absent);
    try {
      var _ = client.headObject(r -> r.bucket(name).key(absent.key()));
    } catch (S3Exception _) {
      // Expected: 404, or 403 as long as we may not list the bucket.
    }
  }

  /**
   * The generated images.
   *
   * @param urlExpiry how long a signed URL works: 7 days at most (Signature Version 4), or until
   *     the credentials that signed it expire, if that is sooner
   */
  public ImageStore images(Duration urlExpiry) {
    return new S3ImageStore(name, client, presigner, life(urlExpiry));
  }

  public QueuedPhotos photos() {
    return new S3QueuedPhotos(name, client);
  }

  public Uploads uploads(DigestKey key, TimeOrderedIds ids) {
    return uploads(key, ids, UPLOAD);
  }

  /** The uploads, with URLs that accept a photo for that time. */
  Uploads uploads(DigestKey key, TimeOrderedIds ids, Duration validity) {
    return new S3Uploads(name, key, client, presigner, ids, clock, life(validity));
  }

  /** For operators only: no function may list the bucket. The bucket must not keep versions. */
  public ImageRemoval removal(DigestKey key) {
    return new S3ImageRemoval(name, key, client);
  }

  private UrlLife life(Duration longest) {
    return new UrlLife(longest, aws.credentials(), clock);
  }

  /**
   * Returns what is read; empty if it does not exist, which S3 reports as 403 to a caller that may
   * not list the bucket.
   */
  static <T> Optional<T> find(Supplier<T> read) {
    try {
      return Optional.of(read.get());
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND || e.statusCode() == FORBIDDEN) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
