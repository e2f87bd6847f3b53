package dev.photocredits.s3;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.DiscardingHttpClient;
import dev.photocredits.aws.FullJitter;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageStore;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.images.StoredImage;
import dev.photocredits.uploads.Uploads;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * {@link ImageStore} in S3. A key contains 128 random bits. An image never changes, so clients may
 * cache it. A put times out after 10 s, an attempt after 5 s.
 */
public final class S3ImageStore implements ImageStore {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration ATTEMPT = Duration.ofSeconds(5);

  /** The default of the SDK's standard retry mode. */
  private static final int ATTEMPTS = 3;

  private static final Duration CALL = Duration.ofSeconds(10);

  /** How long a signed URL accepts an upload. */
  private static final Duration UPLOAD = Duration.ofMinutes(10);

  private static final String CACHE_CONTROL = "private, max-age=31536000, immutable";
  private static final int KEY_BYTES = 16;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private final String bucket;
  private final Duration urlExpiry;
  private final AwsAccess aws;
  private final S3Client client;
  private final S3Presigner presigner;
  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock;

  private S3ImageStore(
      String bucket,
      Duration urlExpiry,
      AwsAccess aws,
      S3Client client,
      S3Presigner presigner,
      InstantSource clock) {
    this.bucket = bucket;
    this.urlExpiry = urlExpiry;
    this.aws = aws;
    this.client = client;
    this.presigner = presigner;
    this.clock = clock;
  }

  /**
   * Opens a bucket.
   *
   * @param urlExpiry how long a signed URL works: 7 days at most (Signature Version 4), or until
   *     the credentials that signed it expire, if that is sooner
   */
  public static S3ImageStore open(
      AwsAccess aws, String bucket, Duration urlExpiry, InstantSource clock) {
    var presigner =
        S3Presigner.builder().region(aws.region()).credentialsProvider(aws.credentials());
    aws.s3()
        .ifPresent(
            endpoint ->
                presigner
                    .endpointOverride(endpoint)
                    .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build()));
    return new S3ImageStore(bucket, urlExpiry, aws, client(aws), presigner.build(), clock);
  }

  /** A client with the timeouts of this class. */
  static S3Client client(AwsAccess aws) {
    return client(
        aws,
        UrlConnectionHttpClient.builder()
            .connectionTimeout(CONNECT)
            .socketTimeout(ATTEMPT)
            .build());
  }

  private static S3Client client(AwsAccess aws, SdkHttpClient http) {
    var client =
        S3Client.builder()
            .region(aws.region())
            .credentialsProvider(aws.credentials())
            // All bytes are in memory, so the checksum goes into a header instead of after the last
            // chunk.
            .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
            .httpClient(http)
            .overrideConfiguration(
                o ->
                    o.apiCallAttemptTimeout(ATTEMPT)
                        .apiCallTimeout(CALL)
                        .retryStrategy(FullJitter.retries(ATTEMPTS)));
    // Servers other than S3 have no host name for each bucket.
    aws.s3().ifPresent(endpoint -> client.endpointOverride(endpoint).forcePathStyle(true));
    return client.build();
  }

  /** The prefix of the keys of a generation's images. */
  static String folder(GenerationId generation) {
    return "images/" + generation + "/";
  }

  /** The queued photos in the same bucket. */
  public QueuedPhotos photos() {
    return new S3QueuedPhotos(bucket, client);
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

  /** The uploads in the same bucket. */
  public Uploads uploads(TimeOrderedIds ids) {
    return uploads(ids, UPLOAD);
  }

  /** The uploads in the same bucket, with URLs that accept a photo for that time. */
  Uploads uploads(TimeOrderedIds ids, Duration validity) {
    return new S3Uploads(bucket, client, presigner, ids, clock, () -> validity(validity));
  }

  /**
   * Primes the store: puts an image with a client that discards it, signs a URL, and requests an
   * image that does not exist.
   */
  public void prime() {
    var png = new ContentType("image/png");
    var _ =
        put(
            client(aws, new DiscardingHttpClient("")),
            new GenerationId(new UUID(0, 0)),
            new Image(png, new byte[1]));
    var absent = new StoredImage("images/nothing", png);
    var _ = sign(absent);
    try {
      var _ = client.headObject(r -> r.bucket(bucket).key(absent.key()));
    } catch (S3Exception _) {
      // Expected: 404, or 403 as long as we may not list the bucket.
    }
  }

  @Override
  public StoredImage put(GenerationId generation, Image image) {
    return put(client, generation, image);
  }

  private StoredImage put(S3Client client, GenerationId generation, Image image) {
    var name = new byte[KEY_BYTES];
    random.nextBytes(name);
    var key = folder(generation) + HexFormat.of().formatHex(name);
    var stored = new StoredImage(key, image.contentType());
    var request =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .contentType(image.contentType().value())
            .cacheControl(CACHE_CONTROL)
            .contentDisposition("inline")
            .build();
    client.putObject(request, RequestBody.fromBytes(image.bytes()));
    return stored;
  }

  @Override
  public boolean remove(List<StoredImage> images) {
    var all = true;
    for (var image : images) {
      try {
        client.deleteObject(r -> r.bucket(bucket).key(image.key()));
      } catch (SdkException _) {
        // The image stays under a key that cannot be guessed, until the bucket's lifecycle removes
        // it.
        all = false;
      }
    }
    return all;
  }

  @Override
  public URI sign(StoredImage image) {
    var get = GetObjectRequest.builder().bucket(bucket).key(image.key()).build();
    var signed =
        presigner.presignGetObject(
            r -> r.getObjectRequest(get).signatureDuration(validity(urlExpiry)));
    return URI.create(signed.url().toString());
  }

  /** How long a signature is valid: no longer than the credentials that sign it. */
  private Duration validity(Duration wanted) {
    Optional<Instant> end = aws.credentials().resolveCredentials().expirationTime();
    return end.map(instant -> Duration.between(clock.instant(), instant))
        .filter(left -> left.compareTo(wanted) < 0)
        .map(left -> left.isPositive() ? left : Duration.ofSeconds(1))
        .orElse(wanted);
  }
}
