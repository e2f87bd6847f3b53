package dev.photocredits.local.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.photocredits.emulators.LocalCallers;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.emulators.Template;
import dev.photocredits.emulators.issuer.LocalIssuer;
import dev.photocredits.emulators.issuer.TokenVerifier;
import dev.photocredits.lambda.Environment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that {@link Gateway} behaves like an API Gateway HTTP API. */
final class GatewayTest {
  private static final Template.Cors ANY_ORIGIN =
      new Template.Cors(
          List.of("*"),
          List.of("GET", "POST"),
          List.of("content-type", "authorization"),
          List.of("x-request-id"),
          "3600");

  private final List<Gateway> gateways = new ArrayList<>();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();

  private Template.Cors cors = ANY_ORIGIN;
  private LocalCallers callers = LocalCallers.LOOPBACK;
  private Duration limit = Duration.ofSeconds(10);
  private Optional<TokenVerifier> tokens = Optional.empty();

  @AfterEach
  void stop() {
    gateways.forEach(Gateway::close);
    http.close();
  }

  // Routes

  @ParameterizedTest
  @CsvSource({
    "GET, /api/things, GET /api/things",
    "HEAD, /api/things, ANY /api/things",
    "POST, /api/things, ANY /api/things",
    "GET, /api/things/new, GET /api/things/new",
    "GET, /api/things/7, GET /api/things/{id}",
    "GET, /api/things/7/parts, GET /api/things/{id}/parts",
    "GET, /api/files/a/b/c, GET /api/files/{path+}",
    "GET, /api/things/, $default",
    "GET, /elsewhere, $default",
    "DELETE, /api/things/7, $default"
  })
  void the_most_specific_route_is_chosen(String method, String path, String routeKey)
      throws Exception {
    var recorder = new Recorder();
    var url =
        serve(
            recorder,
            "GET /api/things",
            "ANY /api/things",
            "GET /api/files/{path+}",
            "GET /api/things/{id}",
            "GET /api/things/{id}/parts",
            "GET /api/things/new",
            "$default");

    var _ = send(request(url, path).method(method, BodyPublishers.noBody()));

    assertThat(recorder.event().getRouteKey()).isEqualTo(routeKey);
    assertThat(recorder.event().getRequestContext().getRouteKey()).isEqualTo(routeKey);
  }

  @Test
  void without_a_matching_route_the_response_is_404() throws Exception {
    var url = serve(new Recorder(), "GET /api/things");

    var answer = send(request(url, "/elsewhere"));

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("{\"message\":\"Not Found\"}");
  }

  // The event

  @Test
  void an_event_looks_like_on_aws() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "GET /api/credits/{email}");

    var _ =
        send(
            request(url, "/api/credits/ada%2Btest+x%40example.com?b=2&a=1%20%2B+1&b=3&flag")
                .header("X-Thing", "one")
                .header("X-Thing", "two")
                .header("Cookie", "a=1; b=2")
                .header("User-Agent", "test"));

    var event = recorder.event();
    assertThat(event.getVersion()).isEqualTo("2.0");
    assertThat(event.getRawPath()).isEqualTo("/api/credits/ada+test+x@example.com");
    assertThat(event.getRawQueryString()).isEqualTo("b=2&a=1%20%2B+1&b=3&flag");
    assertThat(event.getPathParameters())
        .containsExactly(Map.entry("email", "ada+test+x@example.com"));
    assertThat(event.getQueryStringParameters())
        .containsOnly(Map.entry("b", "2,3"), Map.entry("a", "1 + 1"), Map.entry("flag", ""));
    assertThat(event.getHeaders())
        .containsEntry("x-thing", "one,two")
        .containsEntry("x-forwarded-for", "127.0.0.1")
        .doesNotContainKey("cookie");
    assertThat(event.getCookies()).containsExactly("a=1", "b=2");
    assertThat(event.getBody()).isNull();
    assertThat(event.getIsBase64Encoded()).isFalse();
    var context = event.getRequestContext();
    assertThat(context.getStage()).isEqualTo("$default");
    assertThat(context.getRequestId()).isNotBlank();
    assertThat(context.getTime()).matches("\\d\\d/\\w{3}/\\d{4}:\\d\\d:\\d\\d:\\d\\d \\+0000");
    assertThat(context.getTimeEpoch()).isPositive();
    assertThat(context.getHttp().getMethod()).isEqualTo("GET");
    assertThat(context.getHttp().getPath()).isEqualTo("/api/credits/ada+test+x@example.com");
    assertThat(context.getHttp().getProtocol()).isEqualTo("HTTP/1.1");
    assertThat(context.getHttp().getSourceIp()).isEqualTo("127.0.0.1");
    assertThat(context.getHttp().getUserAgent()).isEqualTo("test");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "application/xml",
        "Application/JavaScript"
      })
  void text_arrives_as_text(String contentType) throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "POST /in");

    var _ =
        send(
            request(url, "/in")
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString("{\"ü\":1}")));

    assertThat(recorder.event().getBody()).isEqualTo("{\"ü\":1}");
    assertThat(recorder.event().getIsBase64Encoded()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data; boundary=x",
        "image/png",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "application/problem+json"
      })
  void everything_else_arrives_in_base64(String contentType) throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "POST /in");

    var _ =
        send(
            request(url, "/in")
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString("a=1")));

    assertThat(recorder.event().getBody()).isEqualTo("YT0x");
    assertThat(recorder.event().getIsBase64Encoded()).isTrue();
  }

  @Test
  void a_body_without_a_type_arrives_in_base64() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "POST /in");

    var _ = send(request(url, "/in").POST(BodyPublishers.ofString("a=1")));

    assertThat(recorder.event().getIsBase64Encoded()).isTrue();
  }

  @Test
  void json_that_is_not_utf_8_arrives_in_base64_with_all_its_bytes() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "POST /in");
    var latin1 = "{\"name\":\"ü\"}".getBytes(ISO_8859_1);

    var _ =
        send(
            request(url, "/in")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(latin1)));

    assertThat(recorder.event().getIsBase64Encoded()).isTrue();
    assertThat(Base64.getDecoder().decode(recorder.event().getBody())).isEqualTo(latin1);
  }

  @Test
  void a_function_receives_its_name_and_remaining_time() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "GET /");

    var _ = send(request(url, "/"));

    var context = recorder.context();
    assertThat(context.getFunctionName()).isEqualTo("TestFunction");
    assertThat(context.getAwsRequestId())
        .isEqualTo(recorder.event().getRequestContext().getRequestId());
    assertThat(context.getRemainingTimeInMillis()).isBetween(20_000, 29_000);
    assertThat(context.getMemoryLimitInMB()).isEqualTo(1024);
    context.getLogger().log("hello\n");
    assertThat(log).containsExactly("hello");
  }

  // Responses

  @Test
  void a_response_keeps_its_status_headers_and_cookies() throws Exception {
    var url =
        serve(
            (_, _) ->
                APIGatewayV2HTTPResponse.builder()
                    .withStatusCode(201)
                    .withHeaders(Map.of("Content-Type", "application/json", "X-One", "1"))
                    .withMultiValueHeaders(Map.of("X-Many", List.of("a", "b")))
                    .withCookies(List.of("a=1", "b=2"))
                    .withBody("{\"ü\":1}")
                    .build(),
            "GET /");

    var answer = send(request(url, "/"));

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.headers().firstValue("X-One")).contains("1");
    assertThat(answer.headers().allValues("X-Many")).containsExactly("a", "b");
    assertThat(answer.headers().allValues("Set-Cookie")).containsExactly("a=1", "b=2");
    assertThat(answer.body()).isEqualTo("{\"ü\":1}");
  }

  @Test
  void a_base64_body_is_decoded() throws Exception {
    var bytes = new byte[] {0, (byte) 0xFF, 10};
    var url =
        serve(
            (_, _) ->
                APIGatewayV2HTTPResponse.builder()
                    .withStatusCode(200)
                    .withBody(Base64.getEncoder().encodeToString(bytes))
                    .withIsBase64Encoded(true)
                    .build(),
            "GET /");

    var answer = http.send(request(url, "/").build(), BodyHandlers.ofByteArray());

    assertThat(answer.body()).isEqualTo(bytes);
  }

  @Test
  void head_has_the_headers_and_no_body() throws Exception {
    var url = serve((_, _) -> ok("hello"), "HEAD /");

    var answer = send(request(url, "/").method("HEAD", BodyPublishers.noBody()));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Length")).contains("5");
    assertThat(answer.body()).isEmpty();
  }

  // RFC 9110, section 8.6: 304 has the length of the body of 200, or none.
  @Test
  void not_modified_has_no_content_length_and_the_connection_stays_open() throws Exception {
    var url =
        serve(
            (event, _) ->
                event.getRawPath().equals("/next")
                    ? ok("next")
                    : APIGatewayV2HTTPResponse.builder().withStatusCode(304).build(),
            "$default");
    var first = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    var second = "GET /next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    var answers = raw(url, first + second);

    assertThat(answers).startsWith("HTTP/1.1 304 ").endsWith("next");
    assertThat(answers.substring(0, answers.indexOf("\r\n\r\n")))
        .doesNotContainIgnoringCase("content-length")
        .doesNotContainIgnoringCase("transfer-encoding");
  }

  // RFC 9110, sections 8.6 and 9.3.2: HEAD has the length of GET's body, or none.
  @Test
  void head_of_a_function_that_returns_no_body_has_no_content_length() throws Exception {
    var url = serve((_, _) -> ok(null), "HEAD /");

    var answer = raw(url, "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.1 200 ")
        .doesNotContainIgnoringCase("content-length")
        .doesNotContainIgnoringCase("transfer-encoding")
        .endsWith("\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/page", "/elsewhere", "/private", "/%ff"})
  void head_of_the_gateways_own_responses_has_the_length_of_get(String path) throws Exception {
    tokens = Optional.of(TokenVerifier.of(issuer(), "shop", InstantSource.system()));
    var url = serve(new Recorder(), "GET /private", "HEAD /private");
    var rest = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    var get = raw(url, "GET " + path + rest);
    var head = raw(url, "HEAD " + path + rest);

    var body = get.substring(get.indexOf("\r\n\r\n") + 4);
    assertThat(body).isNotEmpty();
    assertThat(head)
        .startsWith(get.substring(0, get.indexOf("\r\n")))
        .containsIgnoringCase("\r\nContent-Length: " + body.length() + "\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void a_function_that_throws_returns_a_generic_500_and_is_logged() throws Exception {
    var url =
        serve(
            (_, _) -> {
              throw new IllegalStateException("secret");
            },
            "GET /");

    var answer = send(request(url, "/"));

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).isEqualTo("{\"message\":\"Internal Server Error\"}");
    assertThat(log).singleElement().asString().contains("IllegalStateException: secret");
  }

  @Test
  void a_response_without_a_status_becomes_500() throws Exception {
    var url = serve((_, _) -> new APIGatewayV2HTTPResponse(), "GET /");

    var answer = send(request(url, "/"));

    assertThat(answer.statusCode()).isEqualTo(500);
  }

  @Test
  void a_function_that_takes_too_long_returns_503_and_continues() throws Exception {
    limit = Duration.ofMillis(100);
    var released = new CountDownLatch(1);
    var finished = new CountDownLatch(1);
    var url =
        serve(
            (_, _) -> {
              await(released);
              finished.countDown();
              return ok("late");
            },
            "GET /");

    var answer = send(request(url, "/"));

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("{\"message\":\"Service Unavailable\"}");
    released.countDown();
    await(finished);
  }

  @Test
  void many_slow_calls_run_concurrently() throws Exception {
    var together = new CountDownLatch(50);
    var url =
        serve(
            (_, _) -> {
              together.countDown();
              await(together);
              return ok("done");
            },
            "GET /");

    var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
    for (var i = 0; i < 50; i++) {
      answers.add(http.sendAsync(request(url, "/").build(), BodyHandlers.ofString()));
    }

    assertThat(answers).allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
  }

  // Limits

  @Test
  void a_body_of_10_mb_passes() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "POST /in");

    var answer =
        send(request(url, "/in").POST(BodyPublishers.ofByteArray(new byte[10 * 1024 * 1024])));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Base64.getDecoder().decode(recorder.event().getBody())).hasSize(10 * 1024 * 1024);
  }

  @Test
  void a_longer_body_returns_413_without_calling_the_function() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "POST /in");

    var answer =
        send(
            request(url, "/in")
                .header("Origin", "https://example.com")
                .POST(BodyPublishers.ofByteArray(new byte[10 * 1024 * 1024 + 1])));

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).isEqualTo("{\"message\":\"Request Entity Too Large\"}");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    assertThat(recorder.isEmpty()).isTrue();
  }

  @Test
  void a_longer_body_of_undeclared_length_returns_413_too() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "POST /in");
    var body = new byte[10 * 1024 * 1024 + 1];

    var answer =
        send(
            request(url, "/in")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(recorder.isEmpty()).isTrue();
  }

  @Test
  void a_declared_body_that_is_too_long_is_rejected_before_it_is_sent() throws Exception {
    var url = serve(new Recorder(), "POST /in");

    var answer =
        raw(
            url,
            """
            POST /in HTTP/1.1\r
            Host: localhost\r
            Content-Length: 99999999\r
            Expect: 100-continue\r
            \r
            """);

    assertThat(answer).startsWith("HTTP/1.1 413 ").contains("Request Entity Too Large");
  }

  // Malformed requests

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/%zz",
        "/api/%",
        "/api/%2",
        "/api/%ff",
        "/api/\u00e4",
        "/api/%c3%28",
        "/api/a\tb",
      })
  void a_malformed_path_returns_400_in_json(String path) throws Exception {
    var url = serve(new Recorder(), "$default");

    var answer =
        raw(url, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.1 400 ")
        .contains("\r\n\r\n{\"message\":\"Bad Request\"}");
    assertThat(answer.toLowerCase(Locale.ROOT))
        .contains("content-type: application/json")
        .doesNotContain("html");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/%zz", "/api/%", "/api/%2", "/api/%ff"})
  void a_malformed_path_is_reported_to_pages_of_a_listed_origin(String path) throws Exception {
    cors = listing("https://a.example");
    var url = serve(new Recorder(), "$default");
    var headers = "Host: localhost\r\nOrigin: https://a.example\r\nConnection: close\r\n\r\n";

    var answer = raw(url, "GET " + path + " HTTP/1.1\r\n" + headers);

    assertThat(answer)
        .startsWith("HTTP/1.1 400 ")
        .containsOnlyOnce("\r\nAccess-Control-Allow-Origin: https://a.example\r\n")
        .containsOnlyOnce("\r\nVary: Origin\r\n")
        .endsWith("{\"message\":\"Bad Request\"}");
  }

  @Test
  void a_malformed_escape_in_the_query_is_passed_on() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "$default");

    var answer = raw(url, "GET /a?b=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 200 ");
    assertThat(recorder.event().getRawQueryString()).isEqualTo("b=%zz");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "POST /in HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
      })
  void requests_that_the_http_server_rejects_return_json_too(String request) throws Exception {
    var url = serve(new Recorder(), "$default");

    var answer = raw(url, request);

    assertThat(answer).containsPattern("HTTP/1.1 (400|505)").contains("{\"message\":\"");
    assertThat(answer).doesNotContain("<html");
  }

  @Test
  void dot_segments_in_a_path_are_not_resolved() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "GET /api/health", "$default");
    var headers = "Host: localhost\r\nConnection: close\r\n\r\n";

    var answer = raw(url, "GET /api/x/../health HTTP/1.1\r\n" + headers);

    assertThat(answer).startsWith("HTTP/1.1 200 ");
    assertThat(recorder.event().getRouteKey()).isEqualTo("$default");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /elsewhere, 404",
    "GET, /private, 401",
    "GET, /%ff, 400",
    "GET, /%zz, 400",
    "OPTIONS, /page, 204",
    "OPTIONS, /%ff, 204",
    "OPTIONS, /%zz, 204"
  })
  void the_gateways_own_responses_forbid_content_type_sniffing(
      String method, String path, int status) throws Exception {
    tokens = Optional.of(TokenVerifier.of(issuer(), "shop", InstantSource.system()));
    var url = serve(new Recorder(), "GET /private");
    var headers =
        "Host: localhost\r\nOrigin: https://x\r\nAccess-Control-Request-Method: GET\r\n"
            + "Connection: close";

    var answer = raw(url, method + " " + path + " HTTP/1.1\r\n" + headers + "\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.1 " + status)
        .containsOnlyOnce("\r\nX-Content-Type-Options: nosniff\r\n")
        .containsOnlyOnce("\r\nAccess-Control-Allow-Origin: *\r\n");
  }

  // CORS

  @Test
  void a_preflight_does_not_call_the_function() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "$default");

    var answer = preflight(url, "https://example.com");

    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Methods")).contains("GET,POST");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Headers"))
        .contains("content-type,authorization");
    assertThat(answer.headers().firstValue("Access-Control-Max-Age")).contains("3600");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
    assertThat(recorder.isEmpty()).isTrue();
  }

  @Test
  void an_options_request_that_is_not_a_preflight_calls_the_function() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "$default");

    var _ = send(request(url, "/").method("OPTIONS", BodyPublishers.noBody()));

    assertThat(recorder.event().getRequestContext().getHttp().getMethod()).isEqualTo("OPTIONS");
  }

  @Test
  void responses_and_errors_have_the_gateways_cors_headers_and_not_the_functions()
      throws Exception {
    var url =
        serve(
            (event, _) -> {
              if (event.getRawPath().equals("/broken")) {
                throw new IllegalStateException("broken");
              }
              return APIGatewayV2HTTPResponse.builder()
                  .withStatusCode(200)
                  .withHeaders(
                      Map.of(
                          "access-control-allow-origin", "https://mine",
                          "Access-Control-Allow-Credentials", "true"))
                  .build();
            },
            "$default");

    var fine = send(request(url, "/").header("Origin", "https://example.com"));
    var broken = send(request(url, "/broken").header("Origin", "https://example.com"));
    var malformed = raw(url, "GET /% HTTP/1.1\r\nHost: localhost\r\nOrigin: https://x\r\n\r\n");

    assertThat(fine.headers().allValues("Access-Control-Allow-Origin")).containsExactly("*");
    assertThat(fine.headers().firstValue("Access-Control-Expose-Headers")).contains("x-request-id");
    assertThat(fine.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(broken.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    assertThat(malformed).containsIgnoringCase("Access-Control-Allow-Origin: *");
  }

  @Test
  void a_listed_origin_is_echoed_and_another_gets_no_cors_headers() throws Exception {
    cors = listing("https://a.example", "https://b.example");
    var url = serve((_, _) -> ok("hello"), "$default");

    var listed = send(request(url, "/").header("Origin", "https://b.example"));
    var other = send(request(url, "/").header("Origin", "https://c.example"));
    var refused = preflight(url, "https://c.example");

    assertThat(listed.headers().firstValue("Access-Control-Allow-Origin"))
        .contains("https://b.example");
    assertThat(listed.headers().firstValue("Vary")).contains("Origin");
    assertThat(other.headers().map().keySet()).noneMatch(CorsHeaders::owns);
    assertThat(other.headers().firstValue("Vary")).contains("Origin");
    assertThat(refused.statusCode()).isEqualTo(204);
    assertThat(refused.headers().map().keySet()).noneMatch(CorsHeaders::owns);
  }

  @Test
  void without_an_origin_there_are_no_cors_headers() throws Exception {
    var url = serve((_, _) -> ok("hello"), "$default");

    var answer = send(request(url, "/"));

    assertThat(answer.headers().map().keySet()).noneMatch(CorsHeaders::owns);
  }

  // Web pages of other sites

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8080",
        "shop.localhost:8080",
        "127.0.0.1:8080",
        "[::1]:8080",
        "box.example",
        "Box.Example:443"
      })
  void a_name_of_this_machine_is_accepted(String host) throws Exception {
    callers = new LocalCallers(Set.of("box.example"));
    var recorder = new Recorder();
    var url = serve(recorder, "$default");

    var answer = raw(url, "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("recorded");
  }

  // DNS rebinding: a page of evil.example, whose name then resolves to 127.0.0.1, would be of the
  // same origin as the API.
  @ParameterizedTest
  @CsvSource({
    "GET, /page, evil.example",
    "GET, /api/credits/ada@example.com, evil.example:8080",
    "OPTIONS, /api/generate, evil.example",
    "GET, /, localhost.evil.example",
    "GET, /, notlocalhost",
    "GET, /, 127.0.0.1.evil.example",
    "GET, /, 192.168.1.7:8080",
    "GET, /, sub.box.example",
    "GET, /, box.example.evil.example"
  })
  void another_host_name_is_refused(String method, String path, String host) throws Exception {
    callers = new LocalCallers(Set.of("box.example"));
    var recorder = new Recorder();
    var url = serve(recorder, "$default");
    var headers = "\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n";

    var answer = raw(url, method + " " + path + " HTTP/1.1\r\nHost: " + host + headers);

    assertThat(answer)
        .startsWith("HTTP/1.1 403 ")
        .endsWith(
            "{\"detail\":\"The local run answers requests to localhost, *.localhost, 127.0.0.1,"
                + " [::1] and the names in ALLOWED_HOSTS.\",\"error_code\":\"FORBIDDEN\"}");
    assertThat(recorder.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/sandbox/tokens, Origin, https://evil.example",
    "/sandbox/tokens, Origin, http://localhost:3000",
    "/sandbox/tokens, Origin, null",
    "/sandbox/%74okens, Origin, https://evil.example",
    "/sandbox/tokens, Sec-Fetch-Site, cross-site",
    "/sandbox/tokens, Sec-Fetch-Site, same-site"
  })
  void the_sandbox_is_refused_to_pages_of_other_origins_even_if_all_may_call_the_api(
      String path, String header, String value) throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "$default");

    var answer = send(request(url, path).header(header, value).POST(BodyPublishers.ofString("{}")));

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body())
        .isEqualTo(
            "{\"detail\":\"Only the local run's own pages and the origins that CORS_ORIGINS names"
                + " may call the sandbox.\",\"error_code\":\"FORBIDDEN\"}");
    assertThat(recorder.isEmpty()).isTrue();
  }

  @Test
  void the_sandbox_answers_programs_its_own_pages_and_pages_of_listed_origins() throws Exception {
    cors = listing("https://a.example");
    var url = serve(new Recorder(), "$default");

    var program = send(sandbox(url));
    var page = send(sandbox(url).header("Origin", url.toString()));
    var modern =
        send(sandbox(url).header("Origin", "null").header("Sec-Fetch-Site", "same-origin"));
    var listed = send(sandbox(url).header("Origin", "https://a.example"));

    assertThat(List.of(program, page, modern, listed))
        .extracting(HttpResponse::body)
        .containsOnly("recorded");
  }

  @Test
  void a_page_of_an_origin_that_is_not_listed_can_change_nothing() throws Exception {
    cors = listing("https://a.example");
    var recorder = new Recorder();
    var url = serve(recorder, "$default");

    var refused =
        send(
            request(url, "/api/generate")
                .header("Origin", "https://evil.example")
                .POST(BodyPublishers.noBody()));

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body())
        .isEqualTo(
            "{\"detail\":\"CORS_ORIGINS does not allow pages of this origin to call the"
                + " API.\",\"error_code\":\"FORBIDDEN\"}");
    assertThat(refused.headers().map().keySet()).noneMatch(CorsHeaders::owns);
    assertThat(recorder.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://a.example", "https://b.example"})
  void pages_of_listed_origins_and_its_own_pages_may_change_something(String origin)
      throws Exception {
    cors = listing("https://a.example", "https://b.example");
    var url = serve(new Recorder(), "$default");

    var listed =
        send(
            request(url, "/api/generate")
                .header("Origin", origin)
                .header("Sec-Fetch-Site", "cross-site")
                .POST(BodyPublishers.noBody()));
    var own =
        send(
            request(url, "/api/generate")
                .header("Origin", url.toString())
                .POST(BodyPublishers.noBody()));

    assertThat(listed.statusCode()).isEqualTo(200);
    assertThat(own.statusCode()).isEqualTo(200);
  }

  private static HttpRequest.Builder sandbox(URI url) {
    return request(url, "/sandbox/tokens").POST(BodyPublishers.ofString("{}"));
  }

  private static Template.Cors listing(String... origins) {
    return new Template.Cors(
        List.of(origins),
        ANY_ORIGIN.allowMethods(),
        ANY_ORIGIN.allowHeaders(),
        ANY_ORIGIN.exposeHeaders(),
        ANY_ORIGIN.maxAge());
  }

  // Tokens

  @Test
  void a_function_receives_the_claims_of_a_valid_token() throws Exception {
    var recorder = new Recorder();
    var issuer = issuer();
    tokens = Optional.of(TokenVerifier.of(issuer, "shop", InstantSource.system()));
    var url = serve(recorder, "GET /private");

    var answer =
        send(
            request(url, "/private")
                .header("Authorization", "Bearer " + token(issuer, "ada@example.com"))
                .header("x-amzn-request-context", "{\"authorizer\":{\"jwt\":{}}}"));

    assertThat(answer.statusCode()).isEqualTo(200);
    var jwt = recorder.event().getRequestContext().getAuthorizer().getJwt();
    assertThat(jwt.getScopes()).isNull();
    assertThat(jwt.getClaims())
        .containsEntry("iss", issuer.toString())
        .containsEntry("aud", "shop")
        .containsEntry("email", "ada@example.com")
        .containsEntry("email_verified", "true")
        .containsEntry("token_use", "id")
        .containsEntry("groups", "[a b]")
        .containsEntry("auth_time", jwt.getClaims().get("iat"))
        .containsKeys("sub", "exp", "jti");
  }

  @Test
  void a_request_without_a_valid_token_returns_401_without_calling_the_function() throws Exception {
    var recorder = new Recorder();
    tokens = Optional.of(TokenVerifier.of(issuer(), "shop", InstantSource.system()));
    var url = serve(recorder, "GET /private");

    var missing = send(request(url, "/private").header("Origin", "https://example.com"));
    var bad = send(request(url, "/private").header("Authorization", "Bearer good"));

    assertThat(missing.statusCode()).isEqualTo(401);
    assertThat(missing.body()).isEqualTo("{\"message\":\"Unauthorized\"}");
    assertThat(missing.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(missing.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    assertThat(missing.headers().firstValue("Apigw-Requestid")).isPresent();
    assertThat(bad.statusCode()).isEqualTo(401);
    assertThat(bad.headers().firstValue("WWW-Authenticate"))
        .contains(
            "Bearer scope=\"\" error=\"invalid_token\""
                + " error_description=\"token contains an invalid number of segments\"");
    assertThat(recorder.isEmpty()).isTrue();
  }

  @Test
  void every_token_is_rejected_while_the_issuer_is_unreachable() throws Exception {
    var recorder = new Recorder();
    var token = token(issuer(), "ada@example.com");
    tokens =
        Optional.of(
            TokenVerifier.of(URI.create("http://127.0.0.1:1"), "shop", InstantSource.system()));
    var url = serve(recorder, "GET /private");

    var answer = send(request(url, "/private").header("Authorization", "Bearer " + token));

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(recorder.isEmpty()).isTrue();
  }

  // Pages, port and shutdown

  @Test
  void a_page_takes_precedence_over_every_route() throws Exception {
    var recorder = new Recorder();
    var url = serve(recorder, "$default");

    var page = send(request(url, "/page?payment=success"));
    var head = send(request(url, "/page").method("HEAD", BodyPublishers.noBody()));
    var post = send(request(url, "/page").POST(BodyPublishers.noBody()));

    assertThat(page.body()).isEqualTo("<p>page");
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html");
    assertThat(page.headers().firstValue("Cache-Control")).contains("no-cache");
    assertThat(page.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
    assertThat(head.body()).isEmpty();
    assertThat(post.body()).isEqualTo("recorded");
  }

  @Test
  void it_listens_on_the_loopback_address_only() {
    var url = serve(new Recorder(), "$default");

    assertThatThrownBy(
            () -> {
              try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.2", url.getPort()), 500);
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void a_port_in_use_is_an_error_that_names_it() {
    var url = serve(new Recorder(), "$default");

    assertThatThrownBy(() -> Gateway.bind(url.getPort()))
        .isInstanceOf(StartupFailure.class)
        .hasMessageStartingWith("Port " + url.getPort() + " is in use");
  }

  @Test
  void closing_lets_a_running_request_finish() throws Exception {
    var started = new CountDownLatch(1);
    var url =
        serve(
            (_, _) -> {
              started.countDown();
              sleep(Duration.ofMillis(300));
              return ok("done");
            },
            "GET /");
    var answer = http.sendAsync(request(url, "/").build(), BodyHandlers.ofString());
    await(started);

    gateways.getFirst().close();

    assertThat(answer.join().body()).isEqualTo("done");
  }

  @Test
  void closing_does_not_wait_forever_for_a_request() throws Exception {
    var started = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    var url =
        serve(
            (_, _) -> {
              started.countDown();
              await(never);
              return ok("never");
            },
            "GET /");
    var answer = http.sendAsync(request(url, "/").build(), BodyHandlers.ofString());
    await(started);
    var before = System.nanoTime();

    gateways.getFirst().close();

    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isBetween(Duration.ofSeconds(2), Duration.ofMillis(4500));
    assertThat(answer).failsWithin(Duration.ofSeconds(5));
    never.countDown();
  }

  // Helpers

  private URI serve(
      RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler, String... routes) {
    var gateway = Gateway.bind(0);
    serve(gateway, handler, List.of(routes), tokens);
    return gateway.url();
  }

  /** Starts an issuer and returns its URL. */
  private URI issuer() {
    var gateway = Gateway.bind(0);
    var issuer =
        LocalIssuer.create(
            gateway.url(), "shop", new Environment(Map.of()), InstantSource.system());
    serve(gateway, issuer, LocalIssuer.ROUTES, Optional.empty());
    return gateway.url();
  }

  private String token(URI issuer, String email) throws Exception {
    var claims = "{\"email\":\"" + email + "\",\"groups\":[\"a\",\"b\"],\"nickname\":null}";
    var answer =
        send(request(issuer, LocalIssuer.TOKEN_PATH).POST(BodyPublishers.ofString(claims))).body();
    return answer.replaceFirst(".*\"id_token\":\"([^\"]*)\".*", "$1");
  }

  private void serve(
      Gateway gateway,
      RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler,
      List<String> routes,
      Optional<TokenVerifier> verifier) {
    gateways.add(gateway);
    var function = new Template.Function("TestFunction", "", Duration.ofSeconds(29), 1024);
    gateway.serve(
        new Gateway.Api(
            routes.stream().map(key -> new Template.Route(key, function.name(), true)).toList(),
            cors,
            Map.of(
                function.name(),
                new LambdaFunction(function, APIGatewayV2HTTPEvent.class, handler, log::add)),
            verifier,
            Map.of(),
            callers,
            List.of(new StaticPage("/page", "text/html", "<p>page".getBytes(UTF_8))),
            limit,
            log::add));
  }

  private static HttpRequest.Builder request(URI url, String path) {
    return HttpRequest.newBuilder(URI.create(url + path)).version(HttpClient.Version.HTTP_1_1);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> preflight(URI url, String origin) throws Exception {
    return send(
        request(url, "/any")
            .method("OPTIONS", BodyPublishers.noBody())
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST"));
  }

  /**
   * Sends the raw bytes, and reads until the gateway closes the connection or sends nothing for a
   * second.
   */
  private static String raw(URI url, String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
      socket.setSoTimeout(1000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      var answer = new StringBuilder();
      try {
        for (var c = socket.getInputStream().read(); c >= 0; c = socket.getInputStream().read()) {
          answer.append((char) c);
        }
      } catch (SocketTimeoutException silent) {
        return answer.toString();
      }
      return answer.toString();
    }
  }

  private static APIGatewayV2HTTPResponse ok(@Nullable String body) {
    return APIGatewayV2HTTPResponse.builder().withStatusCode(200).withBody(body).build();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A function that records its last event and context. */
  private static final class Recorder
      implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {
    private record Call(APIGatewayV2HTTPEvent event, Context context) {}

    private final AtomicReference<Call> last = new AtomicReference<>();

    @Override
    public APIGatewayV2HTTPResponse handleRequest(APIGatewayV2HTTPEvent event, Context context) {
      last.set(new Call(event, context));
      return ok("recorded");
    }

    APIGatewayV2HTTPEvent event() {
      return last.get().event();
    }

    Context context() {
      return last.get().context();
    }

    boolean isEmpty() {
      return last.get() == null;
    }
  }
}
