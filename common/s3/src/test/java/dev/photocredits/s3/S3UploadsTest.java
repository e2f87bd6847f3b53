package dev.photocredits.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.emulators.TestStorage;
import dev.photocredits.uploads.DeclaredType;
import dev.photocredits.uploads.SignedUpload;
import dev.photocredits.uploads.UploadId;
import dev.photocredits.uploads.UploadRequest;
import dev.photocredits.uploads.Uploads;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.Email;
import dev.photocredits.values.Sha256;
import dev.photocredits.values.TimeOrderedIds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** Uploads to an emulator that checks signatures as S3 does. */
final class S3UploadsTest {
  private static final DigestKey KEY = DigestKey.parse("K".repeat(64)).orElseThrow();
  private static final String BUCKET = "uploads-test";
  private static final Email ADA = new Email("ada@example.com");
  private static final Email BOB = new Email("bob@example.com");
  private static final TestStorage STORAGE = TestStorage.s3();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void createBucket() {
    STORAGE.createBucket(BUCKET);
  }

  @Test
  void an_upload_is_found_byte_for_byte_and_only_by_its_owner() throws Exception {
    var photo = photo(300_000);
    var upload = uploads().open(declared(photo.length));

    var status = put(upload, "image/jpeg", photo);

    assertThat(status).isEqualTo(200);
    assertThat(uploads().find(ADA, upload.id())).contains(photo);
    assertThat(uploads().find(BOB, upload.id())).isEmpty();
  }

  @Test
  void the_key_does_not_reveal_the_owners_address() {
    var upload = uploads().open(declared(10));

    assertThat(upload.address().getPath())
        .matches("/uploads-test/uploads/[0-9a-f]{64}/" + upload.id());
    assertThat(upload.headers()).isEqualTo(Map.of("content-type", "image/jpeg"));
  }

  @Test
  void an_upload_is_open_for_ten_minutes_or_until_the_credentials_expire() {
    var now = Instant.now();
    var access = STORAGE.access();
    var expiring =
        new AwsAccess(
            access.region(),
            () ->
                AwsSessionCredentials.builder()
                    .accessKeyId("key")
                    .secretAccessKey("secret")
                    .sessionToken("token")
                    .expirationTime(now.plusSeconds(60))
                    .build(),
            access.dynamoDb(),
            access.s3(),
            access.sqs(),
            access.secretsManager(),
            false);

    var upload = uploads(access, Clock.systemUTC()).open(declared(10));
    var shorter = uploads(expiring, Clock.fixed(now, ZoneOffset.UTC)).open(declared(10));

    assertThat(upload.address().getQuery()).contains("X-Amz-Expires=600");
    assertThat(shorter.address().getQuery()).contains("X-Amz-Expires=60&");
    assertThat(Duration.between(now, shorter.expiresAt()))
        .isBetween(Duration.ofSeconds(58), Duration.ofSeconds(62));
  }

  @Test
  void an_upload_of_another_type_size_or_key_is_refused() throws Exception {
    var upload = uploads().open(declared(1000));
    var other = uploads().open(declared(1000));
    var forged =
        new SignedUpload(
            other.id(),
            URI.create(
                upload.address().toString().replace(upload.id().toString(), other.id().toString())),
            upload.headers(),
            upload.expiresAt());

    assertThat(put(upload, "image/png", photo(1000))).isEqualTo(403);
    assertThat(put(upload, "image/jpeg", photo(999))).isEqualTo(403);
    assertThat(put(upload, "image/jpeg", photo(1001))).isEqualTo(403);
    assertThat(put(forged, "image/jpeg", photo(1000))).isEqualTo(403);
    assertThat(uploads().find(ADA, upload.id())).isEmpty();
    assertThat(uploads().find(ADA, other.id())).isEmpty();
  }

  @Test
  void another_stack_has_another_folder_for_the_same_user() {
    var other = DigestKey.parse("k".repeat(64)).orElseThrow();
    var bucket = S3Bucket.open(STORAGE.access(), BUCKET, Clock.systemUTC());

    var upload = bucket.uploads(KEY, ids()).open(declared(1000));

    var folder = S3Uploads.folder(KEY, ADA);
    assertThat(upload.address().getPath()).contains("/" + folder + upload.id());
    assertThat(S3Uploads.folder(other, ADA)).isNotEqualTo(folder);
    assertThat(folder).doesNotContain(Sha256.hex(ADA.value()));
  }

  @Test
  void an_expired_upload_is_refused() throws Exception {
    var bucket = S3Bucket.open(STORAGE.access(), BUCKET, Clock.systemUTC());
    var upload = bucket.uploads(KEY, ids(), Duration.ofSeconds(1)).open(declared(1000));
    Thread.sleep(2100);

    var status = put(upload, "image/jpeg", photo(1000));

    assertThat(status).isEqualTo(403);
    assertThat(uploads().find(ADA, upload.id())).isEmpty();
  }

  /**
   * S3 returns 403 instead of 404 to callers that may not list the bucket, such as our functions.
   */
  @Test
  void a_read_that_s3_forbids_finds_nothing() {
    var access = STORAGE.access();
    var stranger =
        new AwsAccess(
            access.region(),
            () -> AwsBasicCredentials.create("stranger", "secret"),
            access.dynamoDb(),
            access.s3(),
            access.sqs(),
            access.secretsManager(),
            false);

    var found =
        uploads(stranger, Clock.systemUTC()).find(ADA, new UploadId(ids().next(Instant.now())));

    assertThat(found).isEqualTo(Optional.empty());
  }

  private static int put(SignedUpload upload, String type, byte[] photo)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(upload.address())
            .header("content-type", type)
            .PUT(BodyPublishers.ofByteArray(photo))
            .build();
    return HTTP.send(request, BodyHandlers.discarding()).statusCode();
  }

  private static UploadRequest declared(int size) {
    return new UploadRequest(ADA, new DeclaredType("image/jpeg"), size);
  }

  private static byte[] photo(int size) {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static Uploads uploads() {
    return uploads(STORAGE.access(), Clock.systemUTC());
  }

  private static Uploads uploads(AwsAccess access, Clock clock) {
    return S3Bucket.open(access, BUCKET, clock).uploads(KEY, ids());
  }

  private static TimeOrderedIds ids() {
    return new TimeOrderedIds(new SecureRandom());
  }
}
