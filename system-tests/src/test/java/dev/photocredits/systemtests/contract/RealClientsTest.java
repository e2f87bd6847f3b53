package dev.photocredits.systemtests.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.client.Photos;
import dev.photocredits.systemtests.generation.UploadsTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as real browsers, curl, scripts and phones send them. */
final class RealClientsTest {
  private static Api api;

  @BeforeAll
  static void start() {
    api = Api.start(Map.of());
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/octet-stream", "binary/octet-stream", "image/jpg", "image/*", ""})
  void the_type_of_a_photo_is_detected_from_its_bytes(String type) {
    var email = api.customer();

    var response = api.generate(Form.request(email).file("image", type, Photos.PORTRAIT));

    assertThat(response.status()).isEqualTo(200);
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"text/plain", "application/json", "video/mp4"})
  void a_file_declared_as_another_type_is_rejected(String type) {
    var email = api.customer();

    var response = api.generate(Form.request(email).file("image", type, Photos.PORTRAIT));

    assertThat(response.error()).isEqualTo("400 BAD_REQUEST");
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void a_part_without_a_file_name_is_a_photo_if_its_type_says_so() {
    var email = api.customer();
    var head = "name=\"image\"";
    var form = Form.request(email).without("image");

    var photo = api.generate(form.part("image", head, "image/png", Photos.PORTRAIT));
    var text = api.generate(form.part("image", head, "text/plain", "a photo".getBytes(UTF_8)));
    var untyped = api.generate(form.text("image", Photos.PORTRAIT));

    assertThat(photo.status()).isEqualTo(200);
    assertThat(text.error()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(untyped.error()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(untyped.json().at("/detail/0/msg").asText()).contains("Expected UploadFile");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "A preamble.\n"})
  void a_form_may_end_its_lines_with_lf_alone(String preamble) {
    var email = api.customer();
    var photo = new String(Photos.PORTRAIT, ISO_8859_1);
    var form = new String(Form.request(email).bytes(), ISO_8859_1);
    var lines = form.replace(photo, "PHOTO").replace("\r\n", "\n").replace("PHOTO", photo);

    var response = api.generate(Form.CONTENT_TYPE, (preamble + lines).getBytes(ISO_8859_1));

    assertThat(response.status()).isEqualTo(200);
    assertThat(api.gemini.calls().getLast().body().toString())
        .contains(Base64.getEncoder().encodeToString(Photos.PORTRAIT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/jpg", "image/pjpeg", "image/heic-sequence", "binary/octet-stream"})
  void an_upload_accepts_the_same_types_as_a_form(String type) {
    var email = api.customer();

    var response = api.post("/api/uploads", UploadsTest.wanted(email, type, 7));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.json().at("/headers/content-type").asText()).isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",\"content_type\":\"\"", ",\"content_type\":null"})
  void an_upload_needs_no_type(String declaration) {
    var email = api.customer();

    var response =
        api.post(
            "/api/uploads", "{\"user_email\":\"%s\",\"size\":7%s}".formatted(email, declaration));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.json().at("/headers/content-type").asText())
        .isEqualTo("application/octet-stream");
  }

  // No-break space, figure space, byte-order mark, zero-width space, word joiner, Hangul filler,
  // braille blank, variation selector, tag.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "C2A0",
        "E28087",
        "EFBBBF",
        "E2808B",
        "E281A0",
        "E385A4",
        "E2A080",
        "EFB88F20",
        "F3A08081"
      })
  void a_prompt_of_invisible_characters_is_blank(String utf8) {
    var email = api.customer();
    var form = Form.request(email).text("prompt", HexFormat.of().parseHex(utf8));

    assertThat(api.generate(form).error()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void an_error_quotes_at_most_254_characters_of_the_input() {
    var typed = "x".repeat(5000);

    var inPath = api.get("/api/credits/" + typed);
    var inBody =
        api.post("/api/feedback", "{\"message\":\"hi\",\"email\":\"%s\"}".formatted(typed));

    assertThat(inPath.error()).isEqualTo("400 INVALID_EMAIL");
    assertThat(inPath.json().path("detail").asText())
        .isEqualTo("Invalid email format: " + "x".repeat(254));
    assertThat(inBody.json().at("/detail/0/msg").asText())
        .isEqualTo("Value error, Invalid email format: " + "x".repeat(254));
  }

  @Test
  void json_may_begin_with_a_byte_order_mark() {
    var response = api.post("/api/feedback", "\uFEFF{\"message\":\"from Windows\"}");

    assertThat(response.text()).isEqualTo("200 {\"ok\":true}");
  }

  @Test
  void personal_responses_are_neither_cached_nor_sniffed() {
    var email = api.customer();

    var balance = api.get("/api/credits/" + email);
    var refused = api.get("/api/credits/nonsense");

    assertThat(balance.header("cache-control")).isEqualTo("no-store");
    assertThat(balance.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(refused.header("cache-control")).isEqualTo("no-store");
    assertThat(refused.header("x-content-type-options")).isEqualTo("nosniff");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/docs", "/openapi.yaml", "/api/health", "/api/packages", "/api/no"})
  void head_returns_the_content_length_of_get_or_none(String path) {
    var get = api.bytes(api.url() + path);

    var head = api.send(api.request(path).method("HEAD", BodyPublishers.noBody()));

    assertThat(head.status()).isEqualTo(get.statusCode());
    assertThat(head.body()).isEmpty();
    assertThat(head.header("content-length")).isIn("", Integer.toString(get.body().length));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/packages", "/api/prices"})
  void the_catalogue_and_the_prices_are_not_sent_again_if_they_are_unchanged(String path) {
    var first = api.get(path);
    var tag = first.header("etag");

    var known = ifNoneMatch(path, tag);
    var other = ifNoneMatch(path, "\"another\"");

    assertThat(first.header("cache-control")).isEqualTo("no-cache");
    assertThat(known.text()).isEqualTo("304 ");
    assertThat(known.header("etag")).isEqualTo(tag);
    assertThat(ifNoneMatch(path, "\"another\", W/" + tag).status()).isEqualTo(304);
    assertThat(other.text()).isEqualTo(first.text());
  }

  @Test
  void the_docs_page_runs_only_its_own_scripts() {
    var docs = api.get("/docs");

    assertThat(docs.header("content-security-policy")).contains("script-src 'self';");
    assertThat(docs.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(docs.body()).doesNotContain("<script>");
  }

  private static ApiResponse ifNoneMatch(String path, String tags) {
    return api.send(
        api.request(path).header("If-None-Match", tags).method("GET", BodyPublishers.noBody()));
  }
}
