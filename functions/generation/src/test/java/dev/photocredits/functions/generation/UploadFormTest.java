package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.http.Problems;
import dev.photocredits.http.Rejected;
import dev.photocredits.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UploadFormTest {
  private static final int LARGEST_FILE = 1_000;

  private final Problems problems = new Problems();

  @Test
  void texts_and_files_are_read_unchanged() {
    var bytes = new byte[] {0, -1, '\r', '\n', '-', '-', 13};
    var request =
        Upload.of(
            new Multipart().text("prompt", " für Ada 🎨\r\n").file("image", "image/png", bytes));

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.text("prompt")).hasValue(" für Ada 🎨\r\n");
    assertThat(form.file("image"))
        .hasValueSatisfying(
            file -> {
              assertThat(file.contentType()).isEqualTo("image/png");
              assertThat(file.bytes()).isEqualTo(bytes);
            });
    problems.check();
  }

  @Test
  void the_content_type_of_a_file_that_declares_none_is_empty() {
    var request =
        Upload.of(
            new Multipart()
                .part(
                    "Content-Disposition: form-data; name=\"image\"; filename=\"a\"", new byte[1]));

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.file("image").orElseThrow().contentType()).isEmpty();
  }

  @Test
  void the_last_of_several_parts_with_the_same_name_counts() {
    var request =
        Upload.of(
            new Multipart()
                .text("prompt", "first")
                .text("prompt", "second")
                .text("image", "a text")
                .file("image", "image/png", new byte[] {1})
                .file("image", "image/webp", new byte[] {2})
                .file("user_email", "text/plain", new byte[] {3})
                .text("user_email", "ada@example.com"));

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.text("prompt")).hasValue("second");
    assertThat(form.file("image").orElseThrow().bytes()).containsExactly(2);
    assertThat(form.text("user_email")).hasValue("ada@example.com");
    problems.check();
  }

  @Test
  void missing_fields_are_problems() {
    var form = UploadForm.of(Upload.of(new Multipart()), "image", LARGEST_FILE, problems);

    assertThat(form.text("prompt")).isEmpty();
    assertThat(form.file("image")).isEmpty();

    assertThatThrownBy(problems::check).isInstanceOf(Rejected.class);
    assertThat(body(catchThrowableOfType(Rejected.class, problems::check)))
        .contains("loc=[body, prompt], msg=Field required, type=missing")
        .contains("loc=[body, image], msg=Field required, type=missing");
  }

  @Test
  void a_text_sent_as_a_file_is_a_problem() {
    var request = Upload.of(new Multipart().file("prompt", "text/plain", new byte[] {'a'}));

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.text("prompt")).isEmpty();
    assertThat(body(catchThrowableOfType(Rejected.class, problems::check)))
        .contains("loc=[body, prompt], msg=Input should be a valid string, type=string_type");
  }

  @Test
  void a_file_sent_as_a_text_is_a_problem() {
    var request = Upload.of(new Multipart().text("image", "abc"));

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.file("image")).isEmpty();
    assertThat(body(catchThrowableOfType(Rejected.class, problems::check)))
        .contains("loc=[body, image]")
        .contains("Expected UploadFile")
        .doesNotContain("abc");
  }

  @Test
  void an_oversized_file_is_read_up_to_one_byte_past_the_limit() {
    var request = Upload.of(new Multipart().file("image", "image/png", new byte[50_000]));

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.file("image").orElseThrow().bytes()).hasSize(LARGEST_FILE + 1);
  }

  @Test
  void a_huge_text_is_cut_off_between_two_characters() {
    var request = Upload.of(new Multipart().text("prompt", "x" + "語".repeat(30_000)));

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.text("prompt").orElseThrow()).startsWith("x語").hasSizeBetween(20_000, 30_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/mixed; boundary=" + Multipart.BOUNDARY
      })
  void a_body_of_another_type_has_no_fields(String contentType) {
    var request = Upload.of(contentType, Multipart.complete().bytes());

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.text("prompt")).isEmpty();
    assertThatThrownBy(problems::check).isInstanceOf(Rejected.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data; boundary=" + Multipart.BOUNDARY,
        "Multipart/Form-Data; charset=utf-8; Boundary=\"" + Multipart.BOUNDARY + "\""
      })
  void the_boundary_is_found_in_any_valid_spelling(String contentType) {
    var request = Upload.of(contentType, Multipart.complete().bytes());

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.text("prompt")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data",
        "multipart/form-data; charset=utf-8",
        "multipart/form-data; boundary",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=another",
        "multipart/form-data;;;",
        "multipart/form-data, multipart/form-data"
      })
  void a_form_without_its_boundary_is_a_bad_request(String contentType) {
    var request = Upload.of(contentType, Multipart.complete().bytes());

    assertBadRequest(request);
  }

  @Test
  void a_boundary_longer_than_any_buffer_is_a_bad_request() {
    var request =
        Upload.of(
            "multipart/form-data; boundary=" + "x".repeat(100_000), Multipart.complete().bytes());

    assertBadRequest(request);
  }

  // RFC 2046, section 5.1.1 allows a preamble, and padding after each boundary. Lines that end with
  // LF alone are common as well.
  @ParameterizedTest
  @CsvSource({
    "CRLF, '', '', ''",
    "CRLF, CRLF, '', ''",
    "CRLF, 'This is a preamble.CRLF', '', ''",
    "CRLF, '', ' \t', ''",
    "CRLF, 'A preambleLFof LF.LF', ' ', 'CRLFAn epilogue.'",
    "LF, '', '', ''",
    "LF, LF, '', ''",
    "LF, LFLF, '\t', LF",
    "LF, 'This is a preamble.LF--\tnot a boundaryLF', '', ''",
    "LF, 'A preamble.LF', ' \t ', 'LFAn epilogue.'"
  })
  void preambles_padding_epilogues_and_bare_line_feeds_are_accepted(
      String end, String preamble, String padding, String epilogue) {
    var bytes = new byte[] {'\r', '\n', -1, '\n', '\n', '-', '-', '\r'};
    var delimiter = "--" + Multipart.BOUNDARY;
    var written =
        preamble
            + (delimiter + padding + "END")
            + "Content-Disposition: form-data; name=\"prompt\"ENDENDa pirateEND"
            + (delimiter + padding + "END")
            + "Content-Disposition: form-data; name=\"image\"; filename=\"a\"END"
            + "Content-Type: image/pngENDENDBYTESEND"
            + (delimiter + "--" + padding + epilogue);
    var body =
        written
            .replace("END", end)
            .replace("CRLF", "\r\n")
            .replace("LF", "\n")
            .replace("BYTES", new String(bytes, StandardCharsets.ISO_8859_1))
            .getBytes(StandardCharsets.ISO_8859_1);

    var form =
        UploadForm.of(Upload.of(Multipart.CONTENT_TYPE, body), "image", LARGEST_FILE, problems);

    assertThat(form.text("prompt")).hasValue("a pirate");
    assertThat(form.file("image").orElseThrow().contentType()).isEqualTo("image/png");
    assertThat(form.file("image").orElseThrow().bytes()).isEqualTo(bytes);
    problems.check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\r\nContent-Type: text/plain", "\r\nContent-Type: video/mp4"})
  void a_part_without_a_file_name_is_a_text_unless_it_declares_an_image_type(String type) {
    var form = withoutFileName(type);

    assertThat(form.file("image")).isEmpty();
    assertThat(body(catchThrowableOfType(Rejected.class, problems::check)))
        .contains("loc=[body, image]")
        .contains("Expected UploadFile");
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/png", "IMAGE/HEIC", "application/octet-stream"})
  void a_part_without_a_file_name_is_a_file_if_it_declares_an_image_type(String type) {
    var form = withoutFileName("\r\nContent-Type: " + type);

    assertThat(form.file("image").orElseThrow().bytes()).hasSize(4);
    problems.check();
  }

  /** A form whose image has no file name. Its bytes, the start of a PNG, are not UTF-8. */
  private UploadForm withoutFileName(String type) {
    var bytes = new byte[] {(byte) 0x89, 'P', 'N', 'G'};
    var header = "Content-Disposition: form-data; name=\"image\"" + type;
    var request = Upload.of(new Multipart().part(header, bytes));
    return UploadForm.of(request, "image", LARGEST_FILE, problems);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--B\n", "--B\n\nx", "\n--B \n\n", "--B\nA: b\n\nx\n--B\n", "--B"})
  void a_broken_form_with_bare_line_feeds_is_a_bad_request(String body) {
    var written = body.replace("B", Multipart.BOUNDARY);

    assertBadRequest(Upload.of(Multipart.CONTENT_TYPE, written.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not multipart at all",
        "--" + Multipart.BOUNDARY,
        "--" + Multipart.BOUNDARY + "\r\n",
        "--" + Multipart.BOUNDARY + "\r\nContent-Disposition: form-data; name=\"prompt\"",
        "--" + Multipart.BOUNDARY + "\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nabc"
      })
  void a_broken_form_is_a_bad_request(String body) {
    var request = Upload.of(Multipart.CONTENT_TYPE, body.getBytes(StandardCharsets.UTF_8));

    assertBadRequest(request);
  }

  @Test
  void a_form_that_is_cut_off_between_two_parts_is_a_bad_request() {
    var whole = new Multipart().text("prompt", "a pirate").bytes();
    var closing = "--\r\n".length();

    var cut = Upload.of(Multipart.CONTENT_TYPE, Arrays.copyOf(whole, whole.length - closing));

    assertBadRequest(cut);
  }

  @Test
  void a_form_without_parts_has_no_fields() {
    var request = Upload.of(new Multipart());

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.optionalText("transformation_mode")).isEmpty();
  }

  @Test
  void a_field_that_is_not_utf_8_is_a_bad_request() {
    var latin1 = "für Ada".getBytes(StandardCharsets.ISO_8859_1);
    var request = Upload.of(new Multipart().text("prompt", latin1));

    assertBadRequest(request);
  }

  @Test
  void a_form_with_too_many_parts_is_a_bad_request() {
    var form = new Multipart();
    for (var i = 0; i < 33; i++) {
      form = form.text("field" + i, "x");
    }

    assertBadRequest(Upload.of(form));
  }

  @Test
  void a_part_with_a_huge_header_is_a_bad_request() {
    var request =
        Upload.of(
            new Multipart()
                .part(
                    "Content-Disposition: form-data; name=\"" + "n".repeat(10_000) + "\"",
                    new byte[1]));

    assertBadRequest(request);
  }

  @Test
  void parts_without_a_name_are_skipped() {
    var request =
        Upload.of(
            new Multipart()
                .part("Content-Disposition: form-data", new byte[1])
                .part("Content-Disposition: attachment; filename=\"x\"", new byte[1])
                .part("X-Nothing: here", new byte[1])
                .text("prompt", "here"));

    var form = UploadForm.of(request, "image", LARGEST_FILE, problems);

    assertThat(form.text("prompt")).hasValue("here");
  }

  @Test
  void a_damaged_form_is_either_read_or_rejected() {
    var whole = new String(Multipart.complete().bytes(), StandardCharsets.ISO_8859_1);
    for (var seed = 0; seed < 5_000; seed++) {
      var sent = seed % 2 == 0 ? whole : whole.replace("\r\n", "\n");
      var damaged = sent.getBytes(StandardCharsets.ISO_8859_1);
      var random = new Random(seed);
      for (var i = 0; i <= random.nextInt(8); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      var request = Upload.of(Multipart.CONTENT_TYPE, damaged);

      var thrown = catchThrowableOf(request);

      assertThat(thrown).as("seed %s", seed).matches(t -> t == null || t instanceof Rejected);
    }
  }

  private @Nullable Throwable catchThrowableOf(Request request) {
    return catchThrowable(() -> UploadForm.of(request, "image", LARGEST_FILE, problems));
  }

  private void assertBadRequest(Request request) {
    assertThatThrownBy(() -> UploadForm.of(request, "image", LARGEST_FILE, problems))
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> {
              assertThat(rejected.response().status()).isEqualTo(400);
              assertThat(rejected.response().body())
                  .asInstanceOf(InstanceOfAssertFactories.MAP)
                  .containsEntry("error_code", "BAD_REQUEST");
            });
  }

  private static String body(Rejected rejected) {
    return String.valueOf(rejected.response().body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--Bxx tail", "--B tail", "--B-tail", "--B-", "--B--tail", "--B -- "})
  void a_line_that_only_begins_like_a_delimiter_is_content(String line) {
    for (var end : new String[] {"\r\n", "\n"}) {
      var body =
          String.join(
              end,
              "--B",
              "Content-Disposition: form-data; name=\"prompt\"",
              "",
              "first",
              line,
              "last",
              "--B",
              "Content-Disposition: form-data; name=\"transformation_mode\"",
              "",
              "item-only",
              "--B--",
              "");

      var form = form(body);

      assertThat(form.text("prompt")).hasValue("first" + end + line + end + "last");
      assertThat(form.text("transformation_mode")).hasValue("item-only");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a --B-- b\r\n--B", "a\r\n--B--c\r\n", "a\r\n--B \r\n"})
  void a_form_without_its_closing_delimiter_is_a_bad_request(String rest) {
    var body = "--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n" + rest;

    assertThatThrownBy(() -> form(body)).isInstanceOf(Rejected.class);
  }

  @Test
  void preamble_and_epilogue_are_ignored_however_long_they_are() {
    var body =
        "--Bx\r\n".repeat(1_000)
            + "--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na\r\n--B--\r\n"
            + "x".repeat(5_000)
            + "\r\n--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nb\r\n--B--";

    assertThat(form(body).text("prompt")).hasValue("a");
  }

  private UploadForm form(String body) {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    var request = Upload.of("multipart/form-data; boundary=B", bytes);
    return UploadForm.of(request, "image", LARGEST_FILE, problems);
  }
}
