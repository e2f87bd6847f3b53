package dev.photocredits.emulators;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Tests of the behaviour of {@link LocalS3} that stored pictures depend on. */
final class LocalS3Test {
  private static final byte[] PICTURE = {(byte) 0x89, 'P', 'N', 'G', 0, 1, 2};

  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    http.close();
  }

  @Test
  void a_presigned_url_returns_the_stored_bytes_and_headers() throws Exception {
    try (var s3 = LocalS3.inMemory()) {
      put(s3);

      var answer = get(signed(s3, Duration.ofMinutes(1)));

      assertPicture(answer);
    }
  }

  @Test
  void objects_on_disk_survive_a_restart(@TempDir Path folder) throws Exception {
    try (var s3 = LocalS3.at(folder)) {
      put(s3);
    }

    try (var s3 = LocalS3.at(folder)) {
      s3.createBucket("pictures");

      assertPicture(get(signed(s3, Duration.ofMinutes(1))));
    }
  }

  @Test
  void a_url_that_was_tampered_with_is_rejected() throws Exception {
    try (var s3 = LocalS3.inMemory()) {
      put(s3);
      var address = signed(s3, Duration.ofMinutes(1)).toString();

      var otherSignature =
          get(URI.create(address.replaceFirst("Signature=....", "Signature=0000")));
      var longer = get(URI.create(address.replaceFirst("X-Amz-Expires=60", "X-Amz-Expires=600")));
      var otherKey = get(URI.create(address.replaceFirst("a[.]png", "b.png")));
      var unsigned = get(URI.create(address.replaceFirst("[?].*", "")));

      assertThat(otherSignature.statusCode()).isEqualTo(403);
      assertThat(longer.statusCode()).isEqualTo(403);
      assertThat(otherKey.statusCode()).isEqualTo(403);
      assertThat(unsigned.statusCode()).isEqualTo(403);
    }
  }

  @Test
  void an_expired_url_is_rejected() throws Exception {
    try (var s3 = LocalS3.inMemory()) {
      put(s3);
      var address = signed(s3, Duration.ofSeconds(1));

      Thread.sleep(2100);

      assertThat(get(address).statusCode()).isEqualTo(403);
    }
  }

  @Test
  void pages_of_other_origins_may_read_a_picture() throws Exception {
    try (var s3 = LocalS3.inMemory()) {
      put(s3);
      var request =
          HttpRequest.newBuilder(signed(s3, Duration.ofMinutes(1)))
              .header("Origin", "http://localhost:3000")
              .build();

      var answer = http.send(request, BodyHandlers.ofByteArray());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isPresent();
    }
  }

  @Test
  void pages_of_other_origins_may_upload_a_photo() throws Exception {
    try (var s3 = LocalS3.inMemory()) {
      put(s3);
      var request =
          HttpRequest.newBuilder(signed(s3, Duration.ofMinutes(1)))
              .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
              .header("Origin", "http://localhost:3000")
              .header("Access-Control-Request-Method", "PUT")
              .header("Access-Control-Request-Headers", "content-type")
              .build();

      var answer = http.send(request, BodyHandlers.ofByteArray());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Access-Control-Allow-Methods").orElse(""))
          .contains("PUT");
      assertThat(answer.headers().firstValue("Access-Control-Allow-Headers").orElse(""))
          .contains("content-type");
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isPresent();
    }
  }

  @Test
  void an_observer_is_called_for_puts_and_gets() throws Exception {
    try (var s3 = LocalS3.inMemory()) {
      var operations = new CopyOnWriteArrayList<String>();
      s3.onRequest(operations::add);

      put(s3);
      assertPicture(get(signed(s3, Duration.ofMinutes(1))));

      assertThat(operations).containsExactly("PutObject", "GetObject");
    }
  }

  private static void put(LocalS3 s3) {
    s3.createBucket("pictures");
    s3.createBucket("pictures");
    try (var client = s3.client()) {
      client.putObject(
          object ->
              object
                  .bucket("pictures")
                  .key("images/a.png")
                  .contentType("image/png")
                  .cacheControl("private, max-age=3600")
                  .contentDisposition("inline"),
          RequestBody.fromBytes(PICTURE));
    }
  }

  private static URI signed(LocalS3 s3, Duration expiry) {
    try (var presigner =
        S3Presigner.builder()
            .endpointOverride(s3.endpoint())
            .region(Region.US_EAST_1)
            .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
            .credentialsProvider(StaticCredentialsProvider.create(AwsAccount.LOCAL.credentials()))
            .build()) {
      return URI.create(
          presigner
              .presignGetObject(
                  sign ->
                      sign.signatureDuration(expiry)
                          .getObjectRequest(
                              object -> object.bucket("pictures").key("images/a.png")))
              .url()
              .toString());
    }
  }

  private HttpResponse<byte[]> get(URI address) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofByteArray());
  }

  private static void assertPicture(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(PICTURE);
    assertThat(answer.headers().firstValue("Content-Type")).contains("image/png");
    assertThat(answer.headers().firstValue("Cache-Control")).contains("private, max-age=3600");
    assertThat(answer.headers().firstValue("Content-Disposition")).contains("inline");
  }
}
