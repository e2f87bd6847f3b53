package dev.photocredits.systemtests.generation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.drew.imaging.ImageMetadataReader;
import com.drew.metadata.exif.GpsDirectory;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.client.Photos;
import dev.photocredits.systemtests.client.SharedApi;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code POST /api/uploads}, the uploaded photos, and what the model receives of them. */
@ExtendWith(SharedApi.class)
public final class UploadsTest {
  private static final byte[] LARGE = Photos.read("phone-12mp.jpg");

  private final Api api;

  UploadsTest(Api api) {
    this.api = api;
  }

  // From upload to generation

  @Test
  void returns_everything_that_a_put_request_needs() {
    var email = Api.newEmail();

    var target = api.post("/api/uploads", wanted(email, "image/jpeg", 20_000_000));

    assertThat(target.status()).isEqualTo(200);
    var json = target.json();
    assertThat(json.properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("upload_id", "url", "method", "headers", "expires_at");
    assertThat(UUID.fromString(json.path("upload_id").asText()).version()).isEqualTo(7);
    assertThat(json.path("method").asText()).isEqualTo("PUT");
    assertThat(json.path("headers").toString()).isEqualTo("{\"content-type\":\"image/jpeg\"}");
    assertThat(Duration.between(Instant.now(), Instant.parse(json.path("expires_at").asText())))
        .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
  }

  @Test
  void an_uploaded_photo_is_used_for_a_generation() throws Exception {
    var email = api.customer();
    var id = uploaded(email, "image/jpeg", LARGE);

    var response = generate(email, id);

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.images()).hasSize(3);
    assertThat(response.json().path("credits_remaining").asInt()).isEqualTo(7);
    var seen = ImageIO.read(new ByteArrayInputStream(seen()));
    assertThat(List.of(seen.getWidth(), seen.getHeight())).containsExactly(2048, 1536);
  }

  @Test
  void twenty_megabytes_are_accepted_and_bytes_after_the_picture_are_not_sent_to_the_model() {
    var email = api.customer();
    var id = uploaded(email, "image/jpeg", Arrays.copyOf(Photos.read("portrait.jpg"), 20_000_000));

    var response = generate(email, id);

    assertThat(response.status()).isEqualTo(200);
    assertThat(seen()).hasSizeLessThanOrEqualTo(Photos.read("portrait.jpg").length);
  }

  @Test
  void a_heic_photo_keeps_its_pixels() {
    var email = api.customer();
    var heic = Photos.read("portrait.heic");

    var response = generate(email, uploaded(email, "image/heic", heic));

    assertThat(response.status()).isEqualTo(200);
    assertThat(seen()).hasSameSizeAs(heic);
    assertThat(api.gemini.calls().getFirst().body().at("/contents/0/parts/1/inlineData/mimeType"))
        .hasToString("\"image/heic\"");
  }

  @Test
  void an_upload_can_be_used_for_several_generations() {
    var email = api.customer();
    var id = uploaded(email, "image/png", Photos.PORTRAIT);

    var responses =
        Stream.of("full-transformation", "item-only")
            .map(mode -> api.post("/api/generate", request(email, id, mode)));

    assertThat(responses).extracting(ApiResponse::status).containsExactly(200, 200);
    assertThat(api.statement(email)).containsExactly("usage -3", "usage -3", "purchase 10");
  }

  @Test
  void a_repeat_is_charged_once_whether_the_photo_is_uploaded_or_in_the_form() {
    var email = api.customer();
    var key = UUID.randomUUID().toString();
    var request = request(email, uploaded(email, "image/png", Photos.PORTRAIT), "item-only");
    var form =
        Form.request(email).text("prompt", "a sailor").text("transformation_mode", "item-only");

    var first = api.post("/api/generate", request, key);
    var again = api.post("/api/generate", request, key);
    var byForm = api.generate(form, key);
    var another = api.post("/api/generate", request.replace("a sailor", "a pirate"), key);

    assertThat(List.of(first, again, byForm)).extracting(ApiResponse::status).containsOnly(200);
    assertThat(List.of(again, byForm))
        .extracting(response -> response.header("x-generation-id"))
        .containsOnly(first.header("x-generation-id"));
    assertThat(another.error()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void a_repeat_succeeds_after_its_upload_was_deleted() {
    var email = api.customer();
    var id = uploaded(email, "image/png", Photos.PORTRAIT);
    var request = request(email, id, "item-only");
    var first = api.post("/api/generate", request, "key-1");
    api.expireUpload(id);

    var again = api.post("/api/generate", request, "key-1");
    var another = api.post("/api/generate", request.replace("a sailor", "a pirate"), "key-1");
    var large = Arrays.copyOf(Photos.PORTRAIT, 4_500_000);
    var byForm = api.generate(Form.request(email).file("image", "image/png", large), "key-1");
    var unrelated = api.post("/api/generate", request, "key-2");

    assertThat(first.status()).isEqualTo(200);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.header("x-generation-id")).isEqualTo(first.header("x-generation-id"));
    assertThat(List.of(another, byForm))
        .extracting(ApiResponse::error)
        .containsOnly("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(unrelated.error()).isEqualTo("404 UPLOAD_NOT_FOUND");
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  // What the model receives

  @Test
  void a_photo_in_a_form_is_rotated_and_stripped_of_its_location() throws Exception {
    var email = api.customer();
    var photo = Photos.read("phone-rotated-gps.jpg");

    var response = api.generate(Form.request(email).file("image", "image/jpeg", photo));

    assertThat(response.status()).isEqualTo(200);
    assertThat(gps(photo)).isTrue();
    assertThat(gps(seen())).isFalse();
    var stored = ImageIO.read(new ByteArrayInputStream(photo));
    var seen = ImageIO.read(new ByteArrayInputStream(seen()));
    assertThat(List.of(seen.getWidth(), seen.getHeight()))
        .containsExactly(stored.getHeight(), stored.getWidth());
  }

  // Rejected uploads

  @Test
  void a_photo_of_another_type_or_size_is_rejected_by_s3_and_not_found() {
    var email = api.customer();
    // Small files, because S3 closes the connection of a client that continues after a rejection.
    var target = target(email, "image/png", 1000);
    var type = put(target, "image/jpeg", Arrays.copyOf(Photos.PORTRAIT, 1000));
    var size = put(target, "image/png", Arrays.copyOf(Photos.PORTRAIT, 999));

    var response = generate(email, target.json().path("upload_id").asText());

    assertThat(List.of(type, size)).containsOnly(403);
    isNotFound(response, email);
  }

  @Test
  void a_missing_or_malformed_upload_is_not_found() {
    var email = api.customer();
    var target = target(email, "image/png", 1000).json().path("upload_id").asText();

    for (var id : List.of(target, UUID.randomUUID().toString(), "", "../images/1", target + "/")) {
      isNotFound(generate(email, id), email);
    }
  }

  @Test
  void an_upload_of_another_user_is_not_found() {
    var ada = api.customer();
    var id = uploaded(ada, "image/png", Photos.PORTRAIT);
    var eve = api.customer();

    var response = generate(eve, id);

    isNotFound(response, eve);
    assertThat(generate(ada, id).status()).isEqualTo(200);
  }

  private void isNotFound(ApiResponse response, String email) {
    assertThat(response.text())
        .isEqualTo(
            "404 {\"detail\":\"Upload not found: its photo was never uploaded, or has been deleted."
                + " Nothing was charged.\",\"error_code\":\"UPLOAD_NOT_FOUND\"}");
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @ParameterizedTest
  @CsvSource({
    "bomb-400mp.png, 413 IMAGE_TOO_LARGE",
    "truncated.png, 415 UNSUPPORTED_IMAGE",
    "not-an-image.png, 415 UNSUPPORTED_IMAGE"
  })
  void an_upload_is_checked_by_its_bytes_before_any_credits_move(String name, String refusal) {
    var email = api.customer();
    var id = uploaded(email, "image/png", Photos.read(name));

    var response = generate(email, id);

    assertThat(response.error()).isEqualTo(refusal);
    assertThat(response.detail()).endsWith("Nothing was charged.");
    assertThat(api.statement(email)).containsExactly("purchase 10");
    assertThat(api.gemini.calls()).isEmpty();
  }

  @Test
  void a_photo_that_cannot_be_decoded_costs_nothing() {
    var email = api.customer();
    var large = LARGE.clone();
    // Damages the Huffman tables, which follow the header with the dimensions.
    var at = new String(large, ISO_8859_1).indexOf("\u00ff\u00c4");
    Arrays.fill(large, at + 4, at + 24, (byte) 0xff);

    var response = generate(email, uploaded(email, "image/jpeg", large));

    assertThat(response.error()).isEqualTo("415 UNSUPPORTED_IMAGE");
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  // Invalid requests

  static Stream<String> badOrders() {
    return Stream.of(
        "{\"content_type\":{}}",
        "{\"user_email\":1,\"content_type\":2,\"size\":\"3\"}",
        "{\"user_email\":\"ada\",\"content_type\":false,\"size\":true}",
        "{\"user_email\":null,\"content_type\":[],\"size\":1.5}");
  }

  @ParameterizedTest
  @MethodSource("badOrders")
  void all_invalid_fields_of_an_upload_are_reported_together(String json) {
    var response = api.post("/api/uploads", json);

    assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(response.json().path("detail").valueStream())
        .extracting(problem -> problem.at("/loc/1").asText())
        .containsExactlyInAnyOrder("user_email", "content_type", "size");
  }

  @ParameterizedTest
  @CsvSource({
    "image/jpeg, 0, 422 VALIDATION_ERROR",
    "image/jpeg, -1, 422 VALIDATION_ERROR",
    "image/jpeg, 20000001, 413 IMAGE_TOO_LARGE",
    "image/jpeg, 99999999999999999999999, 413 IMAGE_TOO_LARGE",
    "text/html, 1, 400 BAD_REQUEST",
    "video/mp4, 1, 400 BAD_REQUEST"
  })
  void an_invalid_type_or_size_is_rejected(String type, String size, String refusal) {
    var json = wanted("ada@example.com", type, 7).replace("7", size);

    assertThat(api.post("/api/uploads", json).error()).isEqualTo(refusal);
  }

  @Test
  void all_invalid_fields_of_a_generation_request_are_reported_together() {
    var response =
        api.post("/api/generate", "{\"prompt\":\" \",\"transformation_mode\":\"sideways\"}");

    assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(response.json().path("detail").valueStream())
        .extracting(problem -> problem.at("/loc/1").asText())
        .containsExactlyInAnyOrder("prompt", "upload_id", "transformation_mode", "user_email");
  }

  // Forms that are too large

  @ParameterizedTest
  @CsvSource({"4400001", "5000000", "9000000", "11000000", "25000000"})
  void the_error_for_a_form_above_lambdas_limit_mentions_uploads(int size) {
    var email = api.customer();
    var photo = Arrays.copyOf(Photos.PORTRAIT, size);

    var response = api.generate(Form.request(email).file("image", "image/png", photo));

    assertThat(response.error()).isEqualTo("413 IMAGE_TOO_LARGE");
    assertThat(response.detail())
        .isEqualTo(
            "A photo in a form may have at most 4.4 MB; POST /api/uploads accepts up to 20 MB."
                + " Nothing was charged.");
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  private byte[] seen() {
    var data = api.gemini.calls().getFirst().body().at("/contents/0/parts/1/inlineData/data");
    return Base64.getDecoder().decode(data.asText());
  }

  private static boolean gps(byte[] photo) throws Exception {
    return ImageMetadataReader.readMetadata(new ByteArrayInputStream(photo))
        .containsDirectoryOfType(GpsDirectory.class);
  }

  private String uploaded(String email, String type, byte[] photo) {
    var target = target(email, type, photo.length);
    assertThat(put(target, type, photo)).isEqualTo(200);
    return target.json().path("upload_id").asText();
  }

  private ApiResponse target(String email, String type, int size) {
    var target = api.post("/api/uploads", wanted(email, type, size));
    assertThat(target.status()).isEqualTo(200);
    return target;
  }

  private int put(ApiResponse target, String type, byte[] photo) {
    var address = URI.create(target.json().path("url").asText());
    return api.send(
            HttpRequest.newBuilder(address)
                .header("Content-Type", type)
                .PUT(BodyPublishers.ofByteArray(photo)))
        .status();
  }

  private ApiResponse generate(String email, String upload) {
    return api.post("/api/generate", request(email, upload, "full-transformation"));
  }

  public static String wanted(String email, String type, int size) {
    return "{\"user_email\":\"%s\",\"content_type\":\"%s\",\"size\":%d}"
        .formatted(email, type, size);
  }

  private static String request(String email, String upload, String mode) {
    return "{\"prompt\":\"a sailor\",\"user_email\":\"%s\",\"upload_id\":\"%s\",\"transformation_mode\":\"%s\"}"
        .formatted(email, upload, mode);
  }
}
