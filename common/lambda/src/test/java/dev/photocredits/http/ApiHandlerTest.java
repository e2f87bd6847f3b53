package dev.photocredits.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.credits.AccountBusy;
import dev.photocredits.generation.GenerationOutcome.Work;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.EmbeddedMetrics;
import dev.photocredits.lambda.Events;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.TestDigestKey;
import dev.photocredits.lambda.TestInvocation;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiHandlerTest {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

  @Test
  void a_response_is_json_with_the_request_id() {
    var answer = get(_ -> Response.ok(Json.object("größe", 3)).header("x-more", "1"));

    assertThat(answer.getStatusCode()).isEqualTo(200);
    assertThat(answer.getBody()).isEqualTo("{\"größe\":3}");
    assertThat(answer.getHeaders())
        .containsEntry("content-type", "application/json")
        .containsEntry("x-request-id", "request-1")
        .containsEntry("x-more", "1")
        .containsEntry("cache-control", "no-store")
        .containsEntry("x-content-type-options", "nosniff")
        .hasSize(5);
  }

  @Test
  void a_head_request_gets_the_response_of_get_without_the_body() {
    var answer = call("HEAD", _ -> Response.ok(Json.object("a", 1)));

    assertThat(answer.getStatusCode()).isEqualTo(200);
    assertThat(answer.getBody()).isNull();
    assertThat(answer.getHeaders()).containsKeys("content-type", "x-request-id");
  }

  @Test
  void an_empty_response_has_no_content_type() {
    var answer = get(_ -> Response.empty(204));

    assertThat(answer.getStatusCode()).isEqualTo(204);
    assertThat(answer.getBody()).isNull();
    assertThat(answer.getHeaders()).containsOnlyKeys("x-content-type-options", "x-request-id");
  }

  @ParameterizedTest
  @EnumSource
  void an_error_has_the_contracts_form(ErrorCode code) {
    var answer = get(_ -> Response.error(code, "One sentence."));

    assertThat(answer.getStatusCode()).isEqualTo(code.status());
    assertThat(answer.getBody())
        .isEqualTo("{\"detail\":\"One sentence.\",\"error_code\":\"" + code + "\"}");
  }

  @Test
  void a_rejected_request_is_answered_and_not_logged_as_an_error() throws JsonProcessingException {
    var answer =
        get(
            _ -> {
              throw new Rejected(Response.error(ErrorCode.FORBIDDEN, "Not yours."));
            });

    assertThat(answer.getStatusCode()).isEqualTo(403);
    assertThat(answer.getBody())
        .isEqualTo("{\"detail\":\"Not yours.\",\"error_code\":\"FORBIDDEN\"}");
    assertThat(answer.getHeaders()).containsEntry("x-request-id", "request-1");
    assertThat(line().path("level").asText()).isEqualTo("INFO");
    assertThat(line().path("outcome").asText()).isEqualTo("FORBIDDEN");
    assertThat(line().has("error")).isFalse();
  }

  @Test
  void problems_are_reported_as_a_list() {
    var answer =
        get(
            _ -> {
              var problems = new Problems();
              problems.missing("email");
              problems.check();
              return Response.empty(204);
            });

    assertThat(answer.getStatusCode()).isEqualTo(422);
    assertThat(answer.getBody())
        .isEqualTo(
            "{\"detail\":[{\"loc\":[\"body\",\"email\"],\"msg\":\"Field required\","
                + "\"type\":\"missing\"}],\"error_code\":\"VALIDATION_ERROR\"}");
  }

  @Test
  void the_message_of_an_exception_is_not_in_the_response() {
    var answer =
        get(
            _ -> {
              throw new IllegalStateException("secret of ada@example.com at 0x7f");
            });

    assertThat(answer.getStatusCode()).isEqualTo(500);
    assertThat(answer.getBody())
        .isEqualTo(
            "{\"detail\":\"An unexpected error occurred\",\"error_code\":\"INTERNAL_ERROR\"}");
    assertThat(answer.getHeaders()).containsEntry("x-request-id", "request-1");
  }

  @Test
  void errors_are_answered_and_logged_like_exceptions() throws JsonProcessingException {
    for (var thrown : List.of(new OutOfMemoryError("heap"), new StackOverflowError())) {
      logged.reset();

      var answer =
          get(
              _ -> {
                throw thrown;
              });

      assertThat(answer.getStatusCode()).isEqualTo(500);
      assertThat(answer.getBody())
          .isEqualTo(
              "{\"detail\":\"An unexpected error occurred\",\"error_code\":\"INTERNAL_ERROR\"}");
      assertThat(line().path("request_id").asText()).isEqualTo("request-1");
      assertThat(line().path("level").asText()).isEqualTo("ERROR");
      assertThat(line().at("/error/type").asText()).isEqualTo(thrown.getClass().getName());
    }
  }

  @Test
  void a_busy_account_is_503_with_retry_after() {
    var answer =
        get(
            _ -> {
              throw new AccountBusy();
            });

    assertThat(answer.getStatusCode()).isEqualTo(503);
    assertThat(answer.getHeaders()).containsEntry("retry-after", "2");
    assertThat(answer.getBody())
        .isEqualTo(
            "{\"detail\":\"This account has too many concurrent changes; please try again in a"
                + " moment.\",\"error_code\":\"TEMPORARILY_UNAVAILABLE\"}");
  }

  @Test
  void a_failure_of_the_payment_provider_has_its_own_error() {
    var answer =
        get(
            _ -> {
              throw new PaymentsUnavailable("no: sk_test", new IllegalStateException("inner"));
            });

    assertThat(answer.getStatusCode()).isEqualTo(500);
    assertThat(answer.getBody())
        .startsWith("{\"detail\":\"Payment processing failed: ")
        .endsWith("\"error_code\":\"PAYMENT_PROCESSING_FAILED\"}")
        .doesNotContain("sk_test", "inner");
  }

  @Test
  void a_request_is_logged_as_one_line_of_json() throws JsonProcessingException {
    var _ = get(_ -> Response.ok(Json.object("a", 1)).trace("generation_id", "g-1"));

    assertThat(logged.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    var line = line();
    assertThat(line.fieldNames())
        .toIterable()
        .containsExactly(
            "environment",
            "level",
            "timestamp",
            "request_id",
            "lambda_request_id",
            "method",
            "route",
            "status",
            "duration_ms",
            "outcome",
            "generation_id");
    assertThat(line.path("level").asText()).isEqualTo("INFO");
    assertThat(line.path("timestamp").asText()).isEqualTo("2026-11-23T12:00:00Z");
    assertThat(line.path("request_id").asText()).isEqualTo("request-1");
    assertThat(line.path("lambda_request_id").asText()).isEqualTo("call-1");
    assertThat(line.path("method").asText()).isEqualTo("GET");
    assertThat(line.path("route").asText()).isEqualTo("GET /api/credits/{email}");
    assertThat(line.path("status").asInt()).isEqualTo(200);
    assertThat(line.path("duration_ms").isIntegralNumber()).isTrue();
    assertThat(line.path("outcome").asText()).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-23T12:00:00Z",
        "2026-11-23T00:00:01Z",
        "2026-11-23T12:00:00.100Z",
        "2026-11-23T12:34:56.000789Z",
        "2026-11-23T12:34:56.123456789Z"
      })
  void a_time_is_written_as_instant_to_string_writes_it(String time) {
    assertThat(Log.time(Instant.parse(time))).isEqualTo(time);
  }

  @Test
  void an_exception_is_logged_in_one_line_with_its_causes_and_without_addresses()
      throws JsonProcessingException {
    var _ =
        get(
            _ -> {
              throw new IllegalStateException(
                  "no luck\nfor ada@example.com", new RuntimeException("<grace@example.com>"));
            });

    assertThat(logged.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    assertThat(logged.toString(StandardCharsets.UTF_8)).doesNotContain("example.com");
    var error = line().path("error");
    assertThat(line().path("level").asText()).isEqualTo("ERROR");
    assertThat(error.path("type").asText()).isEqualTo("java.lang.IllegalStateException");
    assertThat(error.path("message").asText()).isEqualTo("no luck\nfor ***");
    assertThat(error.path("at").path(0).asText()).contains("ApiHandlerTest");
    assertThat(error.at("/cause/message").asText()).isEqualTo("<***>");
  }

  @Test
  void a_chain_of_causes_and_a_long_message_are_truncated() throws JsonProcessingException {
    var _ =
        get(
            _ -> {
              var thrown = new IllegalStateException("the root");
              for (var i = 0; i < 20; i++) {
                thrown = new IllegalStateException("x".repeat(5_000), thrown);
              }
              throw thrown;
            });

    assertThat(logged.size()).isLessThan(20_000);
    assertThat(line().at("/error/message").asText()).hasSize(301).endsWith("…");
  }

  @Test
  void address_query_and_body_are_not_logged() {
    var event =
        Events.event("POST", "/api/credits/{email}")
            .withRawPath("/api/credits/ada@example.com")
            .withRawQueryString("token=hidden")
            .withBody("{\"prompt\": \"a samurai\"}")
            .build();

    var answer =
        new Answering(
                _ ->
                    Response.empty(204)
                        .trace("user", Log.user(TestDigestKey.KEY, new Email("ada@example.com"))))
            .handleRequest(event, new TestInvocation(1_000));

    assertThat(answer.getStatusCode()).isEqualTo(204);
    assertThat(logged.toString(StandardCharsets.UTF_8))
        .doesNotContain("ada@", "example.com", "hidden", "samurai");
  }

  @Test
  void an_alarm_makes_the_line_an_error() throws JsonProcessingException {
    var _ = get(_ -> Response.empty(200).alarm("look at this"));

    assertThat(line().path("level").asText()).isEqualTo("ERROR");
    assertThat(EmbeddedMetrics.in(line()))
        .containsExactly(found("attention", Map.of("environment", "test"), 1L));
  }

  @Test
  void a_metric_is_a_field_of_the_line_with_the_metrics_name() throws JsonProcessingException {
    var _ =
        get(
            _ ->
                Response.error(ErrorCode.MODEL_TIMEOUT, "Too slow.")
                    .count(Metric.CREDITS_TAKEN, 3)
                    .count(Metric.GENERATIONS, 1)
                    .measure(Map.of(Metric.MODEL_MS, List.of(25_000L, 24_000L))));

    assertThat(line().path("credits_taken").asInt()).isEqualTo(3);
    assertThat(line().at("/_aws/Timestamp").asLong()).isEqualTo(Events.NOW.toEpochMilli());
    assertThat(EmbeddedMetrics.in(line()))
        .containsExactlyInAnyOrder(
            found("credits_taken", Map.of("environment", "test"), 3L),
            found("model_ms", Map.of("environment", "test"), 25_000L, 24_000L),
            found("generations", Map.of("environment", "test", "outcome", "MODEL_TIMEOUT"), 1L));
  }

  private static EmbeddedMetrics.Found found(
      String name, Map<String, String> dimensions, Long... values) {
    return new EmbeddedMetrics.Found("photo-credits", name, dimensions, List.of(values));
  }

  @Test
  void a_response_without_metrics_has_no_directive() throws JsonProcessingException {
    var _ = get(_ -> Response.ok(Json.object("a", 1)).measure(Map.of()));

    assertThat(line().has("_aws")).isFalse();
    assertThat(line().has("model_ms")).isFalse();
  }

  @Test
  void the_time_of_a_model_that_never_answered_is_not_logged() throws JsonProcessingException {
    var work = new Work(new Credits(3), new Credits(3), List.of(), List.of());

    var _ = get(_ -> Response.ok(Json.object("a", 1)).measure(Metric.of(work)));

    assertThat(line().path("credits_taken").asInt()).isEqualTo(3);
    assertThat(line().has("model_ms")).isFalse();
  }

  @Test
  void a_call_without_a_key_of_cloudfront_is_refused_before_it_is_handled() {
    var handled = new AtomicInteger();
    var handler = new Answering(_ -> Response.ok(handled.incrementAndGet()));

    var answers =
        Stream.of("", "x", digest("new"), "new,old", "new ")
            .map(key -> handler.handleRequest(keyed(digest("new"), key), new TestInvocation(1_000)))
            .toList();

    assertThat(answers)
        .extracting(APIGatewayV2HTTPResponse::getStatusCode)
        .hasSize(5)
        .containsOnly(403);
    assertThat(answers.getFirst().getBody())
        .isEqualTo(
            "{\"detail\":\"Direct calls of this address are refused. Call the API at the address of"
                + " its web page.\",\"error_code\":\"FORBIDDEN\"}");
    assertThat(handled).hasValue(0);
  }

  @Test
  void while_a_key_is_replaced_the_old_and_the_new_one_are_accepted() {
    var handler = new Answering(_ -> Response.empty(204));

    var answers =
        Stream.of("new", "old", "older")
            .map(key -> keyed(digest("new") + "," + digest("old"), key))
            .map(event -> handler.handleRequest(event, new TestInvocation(1_000)).getStatusCode())
            .toList();

    assertThat(answers).containsExactly(204, 204, 403);
  }

  @Test
  void without_keys_every_call_is_served() {
    var handler = new Answering(_ -> Response.empty(204));

    var answers =
        Stream.of(keyed("off", ""), keyed("off", "x"), Events.event("GET", "/api/packages").build())
            .map(event -> handler.handleRequest(event, new TestInvocation(1_000)).getStatusCode())
            .toList();

    assertThat(answers).containsExactly(204, 204, 204);
  }

  @Test
  void keys_that_cannot_be_read_refuse_every_call() {
    var handler = new Answering(_ -> Response.empty(204));

    var answers =
        Stream.of("on", ",", "OFF")
            .map(keys -> handler.handleRequest(keyed(keys, ""), new TestInvocation(1_000)))
            .toList();

    assertThat(answers).extracting(APIGatewayV2HTTPResponse::getStatusCode).containsOnly(403);
  }

  private static APIGatewayV2HTTPEvent keyed(String keys, String key) {
    return Events.event("GET", "/api/packages")
        .withStageVariables(Map.of("origin_keys", keys))
        .withHeaders(key.isEmpty() ? Map.of() : Map.of("x-origin-verify", key))
        .build();
  }

  private static String digest(String key) {
    return HexFormat.of().formatHex(Sha256.of(key));
  }

  private APIGatewayV2HTTPResponse get(Function<Request, Response> answer) {
    return call("GET", answer);
  }

  private APIGatewayV2HTTPResponse call(String method, Function<Request, Response> answer) {
    return new Answering(answer)
        .handleRequest(
            Events.event(method, "/api/credits/{email}").build(), new TestInvocation(1_000));
  }

  private JsonNode line() throws JsonProcessingException {
    return new ObjectMapper().readTree(logged.toString(StandardCharsets.UTF_8));
  }

  private final class Answering extends ApiHandler {
    private final Function<Request, Response> answer;

    Answering(Function<Request, Response> answer) {
      super(
          new Log(new PrintStream(logged, true, StandardCharsets.UTF_8), "test"),
          InstantSource.fixed(Events.NOW));
      this.answer = answer;
    }

    @Override
    protected Response handle(Request request) {
      return answer.apply(request);
    }
  }
}
