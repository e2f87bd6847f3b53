package dev.photocredits.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import dev.photocredits.lambda.Events;
import dev.photocredits.values.Email;
import dev.photocredits.values.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestTest {

  @ParameterizedTest(name = "{0} s old, {1} s left")
  @CsvSource({
    "0, 60, 30", // the gateway's timeout
    "5, 60, 25", // which starts when the request arrives
    "0, 20, 20", // the function's own time
    "5, 20, 20",
    "15, 20, 15",
    "30, 60, 0",
    "31, 60, 30", // a recorded event
    "86400, 60, 30",
    "86400, 20, 20",
    "-10, 60, 30", // a clock that is behind
  })
  void the_deadline_is_the_earlier_timeout_of_gateway_and_function(
      long age, int left, long fromNow) {
    var request = arrived(Events.NOW.minusSeconds(age), left);

    var deadline = request.deadline(Duration.ZERO);

    assertThat(deadline).isEqualTo(Events.NOW.plusSeconds(fromNow));
  }

  @ParameterizedTest(name = "keys {0}, key {1}, true-client-ip {2}")
  @CsvSource({
    "of-cloudfront, key, 192.0.2.1, 192.0.2.1",
    "of-cloudfront, key, 2001:db8::1, 2001:db8::1",
    "of-cloudfront, key, '', 203.0.113.9",
    "of-cloudfront, guessed, 192.0.2.1, 203.0.113.9",
    "of-cloudfront, '', 192.0.2.1, 203.0.113.9",
    "off, key, 192.0.2.1, 203.0.113.9",
    "none, key, 192.0.2.1, 203.0.113.9",
  })
  void the_callers_address_is_taken_from_a_header_only_if_cloudfront_sent_it(
      String keys, String key, String viewer, String expected) {
    var digest = HexFormat.of().formatHex(Sha256.of("key"));
    var context = Events.context("POST").build();
    context.getHttp().setSourceIp("203.0.113.9");
    var headers = new HashMap<String, String>();
    headers.put("x-origin-verify", key);
    headers.put("true-client-ip", viewer);
    headers.values().removeIf(String::isEmpty);
    var event =
        Events.event("POST", "/api/feedback").withRequestContext(context).withHeaders(headers);
    if (!keys.equals("none")) {
      event.withStageVariables(Map.of("origin_keys", keys.equals("of-cloudfront") ? digest : keys));
    }

    var address = Events.request(event).sourceAddress();

    assertThat(address).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, true",
    "Application/JSON; charset=utf-8, true",
    "' application/json ;x', true",
    "application/json-patch+json, false",
    "multipart/form-data, false",
    "'', false"
  })
  void a_media_type_is_recognized_in_any_case_and_with_any_parameters(String sent, boolean json) {
    var request =
        Events.request(Events.event("POST", "/").withHeaders(Map.of("content-type", sent)));

    assertThat(request.hasContentType("application/json")).isEqualTo(json);
  }

  @Test
  void the_margin_is_subtracted_from_the_deadline() {
    var request = arrived(Events.NOW, 60);

    var deadline = request.deadline(Duration.ofSeconds(4));

    assertThat(deadline).isEqualTo(Events.NOW.plusSeconds(26));
  }

  @Test
  void an_event_without_a_time_counts_as_arriving_now() {
    var event =
        Events.event("GET", "/")
            .withRequestContext(
                RequestContext.builder()
                    .withHttp(RequestContext.Http.builder().withMethod("GET").build())
                    .build());

    var request = Events.request(event);

    assertThat(request.deadline(Duration.ZERO)).isEqualTo(Events.NOW.plusSeconds(30));
    assertThat(request.id()).isEqualTo("call-1");
  }

  @Test
  void an_address_in_the_path_is_normalised() {
    var request = withPathEmail("Ada@Example.COM");

    assertThat(request.pathEmail()).isEqualTo(new Email("ada@example.com"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ada", "ada@", "o'ada@example.com", "ädä@example.com", " "})
  void a_bad_address_in_the_path_is_rejected(String typed) {
    var request = withPathEmail(typed);

    var rejected = catchThrowableOfType(Rejected.class, request::pathEmail);

    assertThat(rejected.response())
        .isEqualTo(Response.error(ErrorCode.INVALID_EMAIL, "Invalid email format: " + typed));
  }

  @Test
  void reading_a_variable_that_the_route_does_not_have_throws() {
    var request = Events.request(Events.event("GET", "/api/health"));

    assertThatThrownBy(() -> request.path("email")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void head_counts_as_get() {
    var request = Events.request(Events.event("HEAD", "/api/packages"));

    assertThat(request.route()).isEqualTo("GET /api/packages");
    assertThat(request.method()).isEqualTo("HEAD");
  }

  @Test
  void headers_are_found_by_name_in_any_case() {
    var request =
        Events.request(
            Events.event("GET", "/").withHeaders(Map.of("stripe-signature", "t=1,v1=a")));

    assertThat(request.header("Stripe-Signature")).hasValue("t=1,v1=a");
    assertThat(request.header("absent")).isEmpty();
  }

  @Test
  void an_event_may_lack_headers_query_and_body() {
    var request = Events.request(APIGatewayV2HTTPEvent.builder());

    assertThat(request.header("content-type")).isEmpty();
    assertThat(request.query("limit")).isEmpty();
    assertThat(request.body()).isEmpty();
    assertThat(request.bodyText()).isEmpty();
  }

  @Test
  void a_body_in_base64_is_decoded() {
    var bytes = new byte[] {0, -1, 'a', (byte) 0xe9};
    var request =
        Events.request(
            Events.event("POST", "/")
                .withBody(Base64.getEncoder().encodeToString(bytes))
                .withIsBase64Encoded(true));

    assertThat(request.body()).isEqualTo(bytes);
  }

  @Test
  void a_body_as_text_is_its_utf_8_bytes() {
    var request = Events.withBody("für 🎨");

    assertThat(request.body()).isEqualTo("für 🎨".getBytes(StandardCharsets.UTF_8));
    assertThat(request.bodyText()).isEqualTo("für 🎨");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%%%", "abcde", "YQ==YQ==", "für", "YQ= ="})
  void a_body_of_bad_base64_is_a_bad_request(String body) {
    var request =
        Events.request(Events.event("POST", "/").withBody(body).withIsBase64Encoded(true));

    var rejected = catchThrowableOfType(Rejected.class, request::body);

    assertThat(rejected.response().outcome()).isEqualTo("BAD_REQUEST");
  }

  private static Request arrived(Instant arrival, int secondsLeft) {
    var event =
        Events.event("GET", "/")
            .withRequestContext(Events.context("GET").withTimeEpoch(arrival.toEpochMilli()).build())
            .build();
    return new Request(event, "call-1", () -> secondsLeft * 1_000, InstantSource.fixed(Events.NOW));
  }

  private static Request withPathEmail(String typed) {
    return Events.request(
        Events.event("GET", "/api/credits/{email}").withPathParameters(Map.of("email", typed)));
  }
}
