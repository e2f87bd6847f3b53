package dev.photocredits.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.emulators.TestStorage;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageStore;
import dev.photocredits.values.GenerationId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** The image store on an emulator that checks signatures as S3 does. */
final class S3ImageStoreTest {
  private static final String BUCKET = "images-test";
  private static final GenerationId GENERATION = new GenerationId(UUID.randomUUID());
  private static final TestStorage STORAGE = TestStorage.s3();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void createBucket() {
    STORAGE.createBucket(BUCKET);
  }

  @Test
  void an_image_is_fetched_byte_for_byte_with_the_models_content_type() throws Exception {
    var store = store(Duration.ofHours(1));
    var image = image("image/webp", 300_000);

    var url = store.sign(store.put(GENERATION, image));

    var response = get(url);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(image.bytes());
    assertThat(response.headers().firstValue("content-type")).contains("image/webp");
    assertThat(response.headers().firstValue("content-disposition")).contains("inline");
    assertThat(response.headers().firstValue("cache-control"))
        .contains("private, max-age=31536000, immutable");
  }

  @Test
  void every_image_gets_a_unique_random_key() {
    var store = store(Duration.ofHours(1));
    var image = image("image/png", 10);

    var one = store.put(GENERATION, image);
    var other = store.put(GENERATION, image);

    assertThat(one.key()).isNotEqualTo(other.key()).matches("images/[0-9a-f-]{36}/[0-9a-f]{32}");
  }

  @Test
  void a_removed_image_is_gone_and_others_of_the_generation_are_not() throws Exception {
    var store = store(Duration.ofHours(1));
    var mine = store.put(GENERATION, image("image/png", 10));
    var other = store.put(GENERATION, image("image/png", 10));

    assertThat(store.remove(List.of(mine))).isTrue();
    assertThat(store.remove(List.of(mine))).isTrue();

    assertThat(get(store.sign(mine)).statusCode()).isEqualTo(404);
    assertThat(get(store.sign(other)).statusCode()).isEqualTo(200);
  }

  @Test
  void removal_returns_false_if_the_store_is_down() {
    var emulator = LocalS3.inMemory();
    emulator.createBucket(BUCKET);
    var access = TestStorage.at(emulator.endpoint()).access();
    var store = S3Bucket.open(access, BUCKET, Clock.systemUTC()).images(Duration.ofHours(1));
    var image = store.put(GENERATION, image("image/png", 10));
    emulator.close();

    assertThat(store.remove(List.of(image))).isFalse();
  }

  @Test
  void a_tampered_url_is_refused() throws Exception {
    var store = store(Duration.ofHours(1));
    var mine = store.put(GENERATION, image("image/png", 10));
    var other = store.put(GENERATION, image("image/png", 10));

    var forged = URI.create(store.sign(mine).toString().replace(mine.key(), other.key()));

    assertThat(get(forged).statusCode()).isEqualTo(403);
  }

  @Test
  void a_url_without_a_signature_is_refused() throws Exception {
    var store = store(Duration.ofHours(1));
    var signed = store.sign(store.put(GENERATION, image("image/png", 10))).toString();

    var unsigned = URI.create(signed.substring(0, signed.indexOf('?')));

    assertThat(get(unsigned).statusCode()).isEqualTo(403);
  }

  @Test
  void a_url_stops_working_when_it_expires() throws Exception {
    var store = store(Duration.ofSeconds(1));
    var url = store.sign(store.put(GENERATION, image("image/png", 10)));

    var status = get(url).statusCode();
    for (var tries = 0; status == 200 && tries < 50; tries++) {
      Thread.sleep(100);
      status = get(url).statusCode();
    }

    assertThat(status).isEqualTo(403);
  }

  @Test
  void a_url_is_not_valid_longer_than_the_credentials_that_signed_it() {
    var now = Instant.now();
    var access = STORAGE.access();
    var expiring =
        new AwsAccess(
            access.region(),
            () -> credentialsUntil(now.plusSeconds(600)),
            access.dynamoDb(),
            access.s3(),
            access.sqs(),
            access.secretsManager(),
            false);
    var store = S3Bucket.open(expiring, BUCKET, () -> now).images(Duration.ofHours(1));

    var url = store.sign(store(Duration.ofHours(1)).put(GENERATION, image("image/png", 10)));

    assertThat(url.getQuery()).contains("X-Amz-Expires=600");
  }

  private static AwsSessionCredentials credentialsUntil(Instant end) {
    return AwsSessionCredentials.builder()
        .accessKeyId("key")
        .secretAccessKey("secret")
        .sessionToken("token")
        .expirationTime(end)
        .build();
  }

  private static ImageStore store(Duration expiry) {
    return S3Bucket.open(STORAGE.access(), BUCKET, Clock.systemUTC()).images(expiry);
  }

  private static Image image(String type, int size) {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return new Image(new ContentType(type), bytes);
  }

  private static HttpResponse<byte[]> get(URI url) throws IOException, InterruptedException {
    return HTTP.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofByteArray());
  }
}
