package dev.photocredits.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.json.Json;
import dev.photocredits.lambda.Events;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Revalidation by {@code If-None-Match} (RFC 9110, sections 8.8.3 and 13.1.2). */
final class RevalidationTest {
  private static final Response ANSWER = Response.ok(Json.object("a", 1));

  private final String tag = ANSWER.revalidated(ifNoneMatch("")).headers().getOrDefault("etag", "");

  @Test
  void a_response_has_a_strong_tag_of_its_content() {
    var other = Response.ok(Json.object("a", 2)).revalidated(ifNoneMatch(""));

    assertThat(tag).matches("\"[!#-~]+\"");
    assertThat(other.headers()).doesNotContainEntry("etag", tag);
    assertThat(ANSWER.revalidated(ifNoneMatch("")).headers()).containsEntry("etag", tag);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TAG",
        "W/TAG",
        "*",
        " \tTAG\t ",
        "\"other\",TAG",
        "\"other\" , W/\"another\" ,\tTAG",
        "TAG, \"other\"",
        ",, TAG ,",
        "\"a,b\", TAG",
        "\"\", TAG",
        "\"a\\\", TAG",
        "\"\u00fc\u0080\u20ac\", TAG",
        " * "
      })
  void a_caller_that_has_the_content_gets_304(String sent) {
    var answer = ANSWER.revalidated(ifNoneMatch(sent.replace("TAG", tag)));

    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.body()).isNull();
    assertThat(answer.headers()).containsEntry("etag", tag);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        "\"other\"",
        "\"\"",
        "w/TAG",
        "W/ TAG",
        "W/",
        "WTAG",
        "\"TAG",
        "TAG\"",
        "TAGTAG",
        "TAG TAG",
        "TAG;TAG",
        "\"x, TAG",
        "\"a b\", TAG",
        "\"a\u007f\", TAG",
        "nothing, TAG",
        "TAG, nothing",
        "*, TAG",
        "TAG, *",
        "**",
        "\"*\"",
        "\"",
        "'TAG'",
        "BARE",
        "W/BARE"
      })
  void a_request_with_another_tag_or_a_malformed_header_gets_the_content(String sent) {
    var request = ifNoneMatch(sent.replace("BARE", tag.replace("\"", "")).replace("TAG", tag));

    var answer = ANSWER.revalidated(request);

    assertThat(answer).isEqualTo(ANSWER.header("etag", tag));
  }

  @Test
  void a_long_header_is_handled() {
    var others = "\"other\", ".repeat(100_000);

    assertThat(ANSWER.revalidated(ifNoneMatch(others + tag)).status()).isEqualTo(304);
    assertThat(ANSWER.revalidated(ifNoneMatch(others + "\"" + tag)).status()).isEqualTo(200);
    assertThat(ANSWER.revalidated(ifNoneMatch("\"".repeat(100_001))).status()).isEqualTo(200);
    assertThat(ANSWER.revalidated(ifNoneMatch("\"" + "x".repeat(100_000))).status()).isEqualTo(200);
  }

  private static Request ifNoneMatch(String tags) {
    return Events.request(
        Events.event("GET", "/api/packages").withHeaders(Map.of("if-none-match", tags)));
  }
}
