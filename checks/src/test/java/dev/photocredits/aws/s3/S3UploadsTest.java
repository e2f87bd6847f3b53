package dev.photocredits.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.checks.Engine;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.uploads.DeclaredType;
import dev.photocredits.uploads.SignedUpload;
import dev.photocredits.uploads.UploadId;
import dev.photocredits.uploads.UploadOrder;
import dev.photocredits.uploads.Uploads;
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

/** Uploads on a server that checks signatures as S3 does. */
final class S3UploadsTest {
  private static final String BUCKET = "uploads-test";
  private static final Email ADA = new Email("ada@example.com");
  private static final Email BOB = new Email("bob@example.com");
  private static final Engine ENGINE = Engine.s3();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void createBucket() {
    ENGINE.createBucket(BUCKET);
  }

  @Test
  void what_is_put_is_found_byte_for_byte_by_its_owner_alone() throws Exception {
    var photo = photo(300_000);
    var place = uploads().open(order(photo.length));

    var status = put(place, "image/jpeg", photo);

    assertThat(status).isEqualTo(200);
    assertThat(uploads().find(ADA, place.id())).contains(photo);
    assertThat(uploads().find(BOB, place.id())).isEmpty();
  }

  @Test
  void the_key_tells_nobodys_address() {
    var place = uploads().open(order(10));

    assertThat(place.address().getPath())
        .matches("/uploads-test/uploads/[0-9a-f]{64}/" + place.id());
    assertThat(place.headers()).isEqualTo(Map.of("content-type", "image/jpeg"));
  }

  @Test
  void an_address_is_open_for_ten_minutes_and_no_longer_than_who_signs() {
    var now = Instant.now();
    var access = ENGINE.access();
    var dying =
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
            access.secretsManager());

    var place = uploads(access, Clock.systemUTC()).open(order(10));
    var shorter = uploads(dying, Clock.fixed(now, ZoneOffset.UTC)).open(order(10));

    assertThat(place.address().getQuery()).contains("X-Amz-Expires=600");
    assertThat(shorter.address().getQuery()).contains("X-Amz-Expires=60&");
    assertThat(Duration.between(now, shorter.expiresAt()))
        .isBetween(Duration.ofSeconds(58), Duration.ofSeconds(62));
  }

  @Test
  void another_type_or_size_or_key_than_ordered_is_refused() throws Exception {
    var place = uploads().open(order(1000));
    var other = uploads().open(order(1000));
    var forged =
        new SignedUpload(
            other.id(),
            URI.create(
                place.address().toString().replace(place.id().toString(), other.id().toString())),
            place.headers(),
            place.expiresAt());

    assertThat(put(place, "image/png", photo(1000))).isEqualTo(403);
    assertThat(put(place, "image/jpeg", photo(999))).isEqualTo(403);
    assertThat(put(place, "image/jpeg", photo(1001))).isEqualTo(403);
    assertThat(put(forged, "image/jpeg", photo(1000))).isEqualTo(403);
    assertThat(uploads().find(ADA, place.id())).isEmpty();
    assertThat(uploads().find(ADA, other.id())).isEmpty();
  }

  @Test
  void an_address_that_has_expired_takes_nothing() throws Exception {
    var bucket = S3ImageStore.open(ENGINE.access(), BUCKET, Duration.ofHours(1), Clock.systemUTC());
    var place = bucket.uploads(ids(), Duration.ofSeconds(1)).open(order(1000));
    Thread.sleep(2100);

    var status = put(place, "image/jpeg", photo(1000));

    assertThat(status).isEqualTo(403);
    assertThat(uploads().find(ADA, place.id())).isEmpty();
  }

  /** S3 says 403 instead of 404 to whoever may not list the bucket, as our functions may not. */
  @Test
  void what_s3_forbids_to_read_is_not_there() {
    var access = ENGINE.access();
    var stranger =
        new AwsAccess(
            access.region(),
            () -> AwsBasicCredentials.create("stranger", "secret"),
            access.dynamoDb(),
            access.s3(),
            access.sqs(),
            access.secretsManager());

    var found =
        uploads(stranger, Clock.systemUTC()).find(ADA, new UploadId(ids().next(Instant.now())));

    assertThat(found).isEqualTo(Optional.empty());
  }

  private static int put(SignedUpload place, String type, byte[] photo)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(place.address())
            .header("content-type", type)
            .PUT(BodyPublishers.ofByteArray(photo))
            .build();
    return HTTP.send(request, BodyHandlers.discarding()).statusCode();
  }

  private static UploadOrder order(int size) {
    return new UploadOrder(ADA, new DeclaredType("image/jpeg"), size);
  }

  private static byte[] photo(int size) {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static Uploads uploads() {
    return uploads(ENGINE.access(), Clock.systemUTC());
  }

  private static Uploads uploads(AwsAccess access, Clock clock) {
    return S3ImageStore.open(access, BUCKET, Duration.ofHours(1), clock).uploads(ids());
  }

  private static TimeOrderedIds ids() {
    return new TimeOrderedIds(new SecureRandom());
  }
}
