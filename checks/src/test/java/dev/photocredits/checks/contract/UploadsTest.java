package dev.photocredits.checks.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.drew.imaging.ImageMetadataReader;
import com.drew.metadata.exif.GpsDirectory;
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

/** {@code POST /api/uploads}, what is put there, and what the model gets to see of it. */
@ExtendWith(SharedApi.class)
final class UploadsTest {
  private static final byte[] LARGE = Photos.read("phone-12mp.jpg");

  private final Api api;

  UploadsTest(Api api) {
    this.api = api;
  }

  // The way of a photo

  @Test
  void a_place_for_a_photo_is_named_with_all_that_a_put_needs() {
    var email = Api.somebody();

    var place = api.post("/api/uploads", wanted(email, "image/jpeg", 20_000_000));

    assertThat(place.status()).isEqualTo(200);
    var json = place.json();
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
  void an_uploaded_photo_is_drawn_from() throws Exception {
    var email = api.customer();
    var id = uploaded(email, "image/jpeg", LARGE);

    var answer = generate(email, id);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.images()).hasSize(3);
    assertThat(answer.json().path("credits_remaining").asInt()).isEqualTo(7);
    var seen = ImageIO.read(new ByteArrayInputStream(seen()));
    assertThat(List.of(seen.getWidth(), seen.getHeight())).containsExactly(2048, 1536);
  }

  @Test
  void twenty_megabytes_are_taken_and_what_hangs_behind_the_picture_is_not_passed_on() {
    var email = api.customer();
    var id = uploaded(email, "image/jpeg", Arrays.copyOf(Photos.read("portrait.jpg"), 20_000_000));

    var answer = generate(email, id);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(seen()).hasSizeLessThanOrEqualTo(Photos.read("portrait.jpg").length);
  }

  @Test
  void a_heic_photo_keeps_its_pixels() {
    var email = api.customer();
    var heic = Photos.read("portrait.heic");

    var answer = generate(email, uploaded(email, "image/heic", heic));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(seen()).hasSameSizeAs(heic);
    assertThat(api.gemini.calls().getFirst().body().at("/contents/0/parts/1/inlineData/mimeType"))
        .hasToString("\"image/heic\"");
  }

  @Test
  void an_upload_may_be_drawn_from_again_in_another_way() {
    var email = api.customer();
    var id = uploaded(email, "image/png", Photos.PORTRAIT);

    var answers =
        Stream.of("full-transformation", "item-only")
            .map(mode -> api.post("/api/generate", order(email, id, mode)));

    assertThat(answers).extracting(Answer::status).containsExactly(200, 200);
    assertThat(api.statement(email)).containsExactly("usage -3", "usage -3", "purchase 10");
  }

  @Test
  void a_repeat_is_paid_for_once_whatever_way_the_photo_came_in() {
    var email = api.customer();
    var key = UUID.randomUUID().toString();
    var order = order(email, uploaded(email, "image/png", Photos.PORTRAIT), "item-only");
    var form =
        Form.order(email).text("prompt", "a sailor").text("transformation_mode", "item-only");

    var first = api.post("/api/generate", order, key);
    var again = api.post("/api/generate", order, key);
    var byForm = api.generate(form, key);
    var another = api.post("/api/generate", order.replace("a sailor", "a pirate"), key);

    assertThat(List.of(first, again, byForm)).extracting(Answer::status).containsOnly(200);
    assertThat(List.of(again, byForm))
        .extracting(answer -> answer.header("x-generation-id"))
        .containsOnly(first.header("x-generation-id"));
    assertThat(another.refusal()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void a_repeat_is_answered_when_its_upload_is_gone() {
    var email = api.customer();
    var id = uploaded(email, "image/png", Photos.PORTRAIT);
    var order = order(email, id, "item-only");
    var first = api.post("/api/generate", order, "key-1");
    api.expireUpload(id);

    var again = api.post("/api/generate", order, "key-1");
    var another = api.post("/api/generate", order.replace("a sailor", "a pirate"), "key-1");
    var large = Arrays.copyOf(Photos.PORTRAIT, 4_500_000);
    var byForm = api.generate(Form.order(email).file("image", "image/png", large), "key-1");
    var unrelated = api.post("/api/generate", order, "key-2");

    assertThat(first.status()).isEqualTo(200);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.header("x-generation-id")).isEqualTo(first.header("x-generation-id"));
    assertThat(List.of(another, byForm))
        .extracting(Answer::refusal)
        .containsOnly("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(unrelated.refusal()).isEqualTo("404 UPLOAD_NOT_FOUND");
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  // What the model sees

  @Test
  void a_photo_in_a_form_comes_upright_and_without_the_place_where_it_was_taken() throws Exception {
    var email = api.customer();
    var photo = Photos.read("phone-rotated-gps.jpg");

    var answer = api.generate(Form.order(email).file("image", "image/jpeg", photo));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(gps(photo)).isTrue();
    assertThat(gps(seen())).isFalse();
    var stored = ImageIO.read(new ByteArrayInputStream(photo));
    var seen = ImageIO.read(new ByteArrayInputStream(seen()));
    assertThat(List.of(seen.getWidth(), seen.getHeight()))
        .containsExactly(stored.getHeight(), stored.getWidth());
  }

  // What cannot be drawn from

  @Test
  void what_is_not_what_was_ordered_is_refused_by_the_store_and_not_found() {
    var email = api.customer();
    // Small ones: the store hangs up on who still sends what it has refused.
    var place = place(email, "image/png", 1000);
    var type = put(place, "image/jpeg", Arrays.copyOf(Photos.PORTRAIT, 1000));
    var size = put(place, "image/png", Arrays.copyOf(Photos.PORTRAIT, 999));

    var answer = generate(email, place.json().path("upload_id").asText());

    assertThat(List.of(type, size)).containsOnly(403);
    isNotFound(answer, email);
  }

  @Test
  void what_was_never_put_or_is_no_upload_is_not_found() {
    var email = api.customer();
    var place = place(email, "image/png", 1000).json().path("upload_id").asText();

    for (var id : List.of(place, UUID.randomUUID().toString(), "", "../images/1", place + "/")) {
      isNotFound(generate(email, id), email);
    }
  }

  @Test
  void what_somebody_else_uploaded_is_not_found() {
    var ada = api.customer();
    var id = uploaded(ada, "image/png", Photos.PORTRAIT);
    var eve = api.customer();

    var answer = generate(eve, id);

    isNotFound(answer, eve);
    assertThat(generate(ada, id).status()).isEqualTo(200);
  }

  private void isNotFound(Answer answer, String email) {
    assertThat(answer.said())
        .isEqualTo(
            "404 {\"detail\":\"There is no such upload: its photo was never put, or is gone by now."
                + " Nothing was charged.\",\"error_code\":\"UPLOAD_NOT_FOUND\"}");
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @ParameterizedTest
  @CsvSource({
    "bomb-400mp.png, 413 IMAGE_TOO_LARGE",
    "truncated.png, 415 UNSUPPORTED_IMAGE",
    "not-an-image.png, 415 UNSUPPORTED_IMAGE"
  })
  void what_was_uploaded_is_judged_by_its_bytes_before_any_credit_moves(
      String name, String refusal) {
    var email = api.customer();
    var id = uploaded(email, "image/png", Photos.read(name));

    var answer = generate(email, id);

    assertThat(answer.refusal()).isEqualTo(refusal);
    assertThat(answer.detail()).endsWith("Nothing was charged.");
    assertThat(api.statement(email)).containsExactly("purchase 10");
    assertThat(api.gemini.calls()).isEmpty();
  }

  @Test
  void a_photo_that_cannot_be_decoded_costs_nothing() {
    var email = api.customer();
    var large = LARGE.clone();
    // The tables that the picture is unpacked by, behind the header that says its size.
    var at = new String(large, ISO_8859_1).indexOf("\u00ff\u00c4");
    Arrays.fill(large, at + 4, at + 24, (byte) 0xff);

    var answer = generate(email, uploaded(email, "image/jpeg", large));

    assertThat(answer.refusal()).isEqualTo("415 UNSUPPORTED_IMAGE");
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  // Requests that are wrong

  static Stream<String> badOrders() {
    return Stream.of(
        "{\"content_type\":{}}",
        "{\"user_email\":1,\"content_type\":2,\"size\":\"3\"}",
        "{\"user_email\":\"ada\",\"content_type\":false,\"size\":true}",
        "{\"user_email\":null,\"content_type\":[],\"size\":1.5}");
  }

  @ParameterizedTest
  @MethodSource("badOrders")
  void all_bad_fields_of_an_upload_are_named_at_once(String json) {
    var answer = api.post("/api/uploads", json);

    assertThat(answer.refusal()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(answer.json().path("detail").valueStream())
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
  void only_photos_of_a_size_are_taken(String type, String size, String refusal) {
    var json = wanted("ada@example.com", type, 7).replace("7", size);

    assertThat(api.post("/api/uploads", json).refusal()).isEqualTo(refusal);
  }

  @Test
  void all_bad_fields_of_an_order_are_named_at_once() {
    var answer =
        api.post("/api/generate", "{\"prompt\":\" \",\"transformation_mode\":\"sideways\"}");

    assertThat(answer.refusal()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(answer.json().path("detail").valueStream())
        .extracting(problem -> problem.at("/loc/1").asText())
        .containsExactlyInAnyOrder("prompt", "upload_id", "transformation_mode", "user_email");
  }

  // Forms that are too large

  @ParameterizedTest
  @CsvSource({"4400001", "5000000", "9000000", "11000000", "25000000"})
  void a_form_that_lambda_cannot_carry_is_told_of_uploads(int size) {
    var email = api.customer();
    var photo = Arrays.copyOf(Photos.PORTRAIT, size);

    var answer = api.generate(Form.order(email).file("image", "image/png", photo));

    assertThat(answer.refusal()).isEqualTo("413 IMAGE_TOO_LARGE");
    assertThat(answer.detail())
        .isEqualTo(
            "A form carries a photo of 4.4 MB at most; POST /api/uploads takes one of 20 MB."
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
    var place = place(email, type, photo.length);
    assertThat(put(place, type, photo)).isEqualTo(200);
    return place.json().path("upload_id").asText();
  }

  private Answer place(String email, String type, int size) {
    var place = api.post("/api/uploads", wanted(email, type, size));
    assertThat(place.status()).isEqualTo(200);
    return place;
  }

  private int put(Answer place, String type, byte[] photo) {
    var address = URI.create(place.json().path("url").asText());
    return api.send(
            HttpRequest.newBuilder(address)
                .header("Content-Type", type)
                .PUT(BodyPublishers.ofByteArray(photo)))
        .status();
  }

  private Answer generate(String email, String upload) {
    return api.post("/api/generate", order(email, upload, "full-transformation"));
  }

  static String wanted(String email, String type, int size) {
    return "{\"user_email\":\"%s\",\"content_type\":\"%s\",\"size\":%d}"
        .formatted(email, type, size);
  }

  private static String order(String email, String upload, String mode) {
    return "{\"prompt\":\"a sailor\",\"user_email\":\"%s\",\"upload_id\":\"%s\",\"transformation_mode\":\"%s\"}"
        .formatted(email, upload, mode);
  }
}
