package dev.photocredits.checks.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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

/** Requests as browsers, curl, scripts and phones really send them. */
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
  void a_photo_is_judged_by_its_bytes_whatever_its_sender_knows_of_them(String type) {
    var email = api.customer();

    var answer = api.generate(Form.order(email).file("image", type, Photos.PORTRAIT));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"text/plain", "application/json", "video/mp4"})
  void what_is_declared_as_something_else_is_no_photo(String type) {
    var email = api.customer();

    var answer = api.generate(Form.order(email).file("image", type, Photos.PORTRAIT));

    assertThat(answer.refusal()).isEqualTo("400 BAD_REQUEST");
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void a_part_without_a_file_name_is_a_photo_if_its_type_says_so() {
    var email = api.customer();
    var head = "name=\"image\"";
    var form = Form.order(email).without("image");

    var photo = api.generate(form.part("image", head, "image/png", Photos.PORTRAIT));
    var text = api.generate(form.part("image", head, "text/plain", "a photo".getBytes(UTF_8)));
    var untyped = api.generate(form.text("image", Photos.PORTRAIT));

    assertThat(photo.status()).isEqualTo(200);
    assertThat(text.refusal()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(untyped.refusal()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(untyped.json().at("/detail/0/msg").asText()).contains("Expected UploadFile");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "A preamble.\n"})
  void a_form_may_end_its_lines_with_lf_alone(String preamble) {
    var email = api.customer();
    var photo = new String(Photos.PORTRAIT, ISO_8859_1);
    var form = new String(Form.order(email).bytes(), ISO_8859_1);
    var lines = form.replace(photo, "PHOTO").replace("\r\n", "\n").replace("PHOTO", photo);

    var answer = api.generate(Form.CONTENT_TYPE, (preamble + lines).getBytes(ISO_8859_1));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(api.gemini.calls().getLast().body().toString())
        .contains(Base64.getEncoder().encodeToString(Photos.PORTRAIT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/jpg", "image/pjpeg", "image/heic-sequence", "binary/octet-stream"})
  void an_upload_is_declared_as_loosely_as_a_photo_of_a_form(String type) {
    var email = api.customer();

    var answer = api.post("/api/uploads", UploadsTest.wanted(email, type, 7));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/headers/content-type").asText()).isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",\"content_type\":\"\"", ",\"content_type\":null"})
  void an_upload_need_not_be_declared(String declaration) {
    var email = api.customer();

    var answer =
        api.post(
            "/api/uploads", "{\"user_email\":\"%s\",\"size\":7%s}".formatted(email, declaration));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/headers/content-type").asText())
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
  void a_prompt_of_which_nothing_is_seen_is_blank(String utf8) {
    var email = api.customer();
    var form = Form.order(email).text("prompt", HexFormat.of().parseHex(utf8));

    assertThat(api.generate(form).refusal()).isEqualTo("422 VALIDATION_ERROR");
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void an_error_repeats_no_more_than_254_characters_of_what_was_typed() {
    var typed = "x".repeat(5000);

    var inPath = api.get("/api/credits/" + typed);
    var inBody =
        api.post("/api/feedback", "{\"message\":\"hi\",\"email\":\"%s\"}".formatted(typed));

    assertThat(inPath.refusal()).isEqualTo("400 INVALID_EMAIL");
    assertThat(inPath.json().path("detail").asText())
        .isEqualTo("Invalid email format: " + "x".repeat(254));
    assertThat(inBody.json().at("/detail/0/msg").asText())
        .isEqualTo("Value error, Invalid email format: " + "x".repeat(254));
  }

  @Test
  void json_may_begin_with_a_byte_order_mark() {
    var answer = api.post("/api/feedback", "\uFEFF{\"message\":\"from Windows\"}");

    assertThat(answer.said()).isEqualTo("200 {\"ok\":true}");
  }

  @Test
  void nobody_keeps_a_personal_answer_or_guesses_at_its_type() {
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
  void head_tells_the_length_of_what_get_has_or_none(String path) {
    var get = api.bytes(api.url() + path);

    var head = api.send(api.request(path).method("HEAD", BodyPublishers.noBody()));

    assertThat(head.status()).isEqualTo(get.statusCode());
    assertThat(head.body()).isEmpty();
    assertThat(head.header("content-length")).isIn("", Integer.toString(get.body().length));
  }

  @Test
  void the_catalogue_is_sent_once_to_who_keeps_it() {
    var first = api.get("/api/packages");
    var tag = first.header("etag");

    var known = ifNoneMatch(tag);
    var other = ifNoneMatch("\"another\"");

    assertThat(first.header("cache-control")).isEqualTo("no-cache");
    assertThat(known.said()).isEqualTo("304 ");
    assertThat(known.header("etag")).isEqualTo(tag);
    assertThat(ifNoneMatch("\"another\", W/" + tag).status()).isEqualTo(304);
    assertThat(other.said()).isEqualTo(first.said());
  }

  @Test
  void the_page_of_the_docs_runs_no_script_but_its_own() {
    var docs = api.get("/docs");

    assertThat(docs.header("content-security-policy")).contains("script-src 'self';");
    assertThat(docs.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(docs.body()).doesNotContain("<script>");
  }

  private static Answer ifNoneMatch(String tags) {
    return api.send(
        api.request("/api/packages")
            .header("If-None-Match", tags)
            .method("GET", BodyPublishers.noBody()));
  }
}
