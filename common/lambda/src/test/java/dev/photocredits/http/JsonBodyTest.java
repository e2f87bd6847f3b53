package dev.photocredits.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.lambda.Events;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonBodyTest {
  private final Problems problems = new Problems();

  @Test
  void strings_are_read_unchanged_and_other_fields_are_ignored() {
    var body = body("{\"message\": \" für Ada 🎨\\n\", \"more\": [1, {\"of\": null}]}");

    assertThat(body.text("message")).hasValue(" für Ada 🎨\n");
    problems.check();
  }

  @Test
  void an_optional_string_may_be_absent_or_null() {
    var body = body("{\"email\": null}");

    assertThat(body.optionalText("email")).isEmpty();
    assertThat(body.optionalText("absent")).isEmpty();
    problems.check();
  }

  @Test
  void a_missing_field_is_a_problem() {
    var body = body("{}");

    assertThat(body.text("email")).isEmpty();

    assertThat(found()).isEqualTo("[{loc=[body, email], msg=Field required, type=missing}]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "1", "true", "[]", "{}", "[\"text\"]"})
  void a_field_that_is_not_a_string_is_a_problem(String value) {
    var body = body("{\"email\": " + value + "}");

    assertThat(body.text("email")).isEmpty();

    assertThat(found())
        .isEqualTo("[{loc=[body, email], msg=Input should be a valid string, type=string_type}]");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-7, -7",
    "20000000, 20000000",
    "5000000000, 5000000000",
    "99999999999999999999, 9223372036854775807",
    "-99999999999999999999, -9223372036854775808"
  })
  void a_whole_number_beyond_a_long_is_read_as_the_nearest_long(String sent, long read) {
    var body = body("{\"size\": " + sent + "}");

    assertThat(body.wholeNumber("size")).hasValue(read);
    problems.check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "1.5", "1e3", "true", "\"1\"", "[1]", "{}"})
  void a_field_that_is_not_a_whole_number_is_a_problem(String value) {
    var body = body("{\"size\": " + value + "}");

    assertThat(body.wholeNumber("size")).isEmpty();

    assertThat(found())
        .isEqualTo("[{loc=[body, size], msg=Input should be a valid integer, type=int_type}]");
  }

  @Test
  void a_missing_number_is_a_problem() {
    assertThat(body("{}").wholeNumber("size")).isEmpty();

    assertThat(found()).isEqualTo("[{loc=[body, size], msg=Field required, type=missing}]");
  }

  @Test
  void an_optional_field_that_is_not_a_string_is_a_problem() {
    var body = body("{\"email\": 1}");

    assertThat(body.optionalText("email")).isEmpty();

    assertThat(found()).contains("loc=[body, email]", "type=string_type");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud800", "\\udc00", "a\\ud83cb", "\\udfa8\\ud83c"})
  void an_unpaired_surrogate_is_a_problem(String half) {
    var body = body("{\"message\": \"" + half + "\"}");

    assertThat(body.text("message")).isEmpty();

    assertThat(found()).contains("loc=[body, message]", "type=string_unicode");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n"})
  void a_blank_body_is_a_problem(String text) {
    var rejected = rejected(Events.withBody(text));

    assertThat(rejected)
        .isEqualTo(
            "{detail=[{loc=[body], msg=Field required, type=missing}],"
                + " error_code=VALIDATION_ERROR}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "1", "\"text\"", "true", "[{\"email\": \"a\"}]"})
  void a_body_that_is_not_an_object_is_a_problem(String text) {
    var rejected = rejected(Events.withBody(text));

    assertThat(rejected).contains("loc=[body]", "type=model_attributes_type", "VALIDATION_ERROR");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "}",
        "{\"email\"",
        "{\"email\": }",
        "{'email': 'a'}",
        "{email: \"a\"}",
        "{\"a\": 1,}",
        "hello",
        "{\"a\": 01}",
        "{\"a\": NaN}",
        "{} // more",
        "{} {}",
        "{}]",
        "{} trailing"
      })
  void a_body_that_is_not_json_is_a_problem(String text) {
    var rejected = rejected(Events.withBody(text));

    assertThat(rejected).contains("loc=[body, ", "type=json_invalid", "VALIDATION_ERROR");
  }

  @Test
  void a_deeply_nested_body_is_a_problem() {
    var rejected = rejected(Events.withBody("[".repeat(100_000)));

    assertThat(rejected).contains("type=json_invalid");
  }

  @Test
  void a_body_that_is_not_utf_8_is_a_bad_request() {
    var latin1 = "{\"message\": \"für\"}".getBytes(StandardCharsets.ISO_8859_1);
    var event =
        Events.event("POST", "/api/feedback")
            .withBody(Base64.getEncoder().encodeToString(latin1))
            .withIsBase64Encoded(true);

    var rejected = rejected(Events.request(event));

    assertThat(rejected).contains("not valid UTF-8", "BAD_REQUEST");
  }

  private JsonBody body(String text) {
    return JsonBody.of(Events.withBody(text), problems);
  }

  private String found() {
    var rejected = catchThrowableOfType(Rejected.class, problems::check);
    var body = String.valueOf(rejected.response().body());
    return body.substring("{detail=".length(), body.indexOf(", error_code="));
  }

  private String rejected(Request request) {
    var rejected = catchThrowableOfType(Rejected.class, () -> JsonBody.of(request, problems));
    return String.valueOf(rejected.response().body());
  }
}
