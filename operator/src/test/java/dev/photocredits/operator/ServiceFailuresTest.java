package dev.photocredits.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code photo-credits doctor} and other commands say about each way a service fails. */
final class ServiceFailuresTest {
  private static final List<String> SERVICES =
      List.of("Gemini", "Stripe", "DynamoDB", "S3", "SQS", "Secrets Manager");

  private static final List<String> SECRETS =
      List.of("sk_test_doctor", "whsec_doctor", "gemini-key", "localsecret");

  private final TestTerminal terminal = at("http://127.0.0.1:1");

  /** A terminal whose services are all at the URL. */
  private static TestTerminal at(String url) {
    return new TestTerminal(URI.create(url))
        .with("AWS_ENDPOINT_URL_S3", url)
        .with("BUCKET_NAME", "pictures")
        .with("AWS_ENDPOINT_URL_SQS", url)
        .with("QUEUE_URL", url + "/1/generations")
        .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)
        .with("SECRET_ID", "secret")
        .with("STRIPE_API_BASE", url)
        .with("STRIPE_SECRET_KEY", "sk_test_doctor")
        .with("STRIPE_WEBHOOK_SECRET", "whsec_doctor")
        .with("GOOGLE_GEMINI_BASE_URL", url)
        .with("GEMINI_API_KEY", "gemini-key");
  }

  /** Runs the doctor, and returns the one problem of each service, in the order of the services. */
  private static List<String> problems(TestTerminal terminal) {
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.errors()).isEmpty();
    var output = terminal.output();
    assertThat(output).doesNotContain(SECRETS).doesNotContain("Exception:", "\tat ");
    var problems = output.lines().filter(line -> line.startsWith("problem")).toList();
    assertThat(problems).as(output).hasSize(SERVICES.size());
    return SERVICES.stream()
        .map(
            service ->
                problems.stream()
                    .filter(problem -> problem.contains(service))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(service + " in " + output)))
        .toList();
  }

  @Test
  void a_refused_connection_is_no_reason_to_check_the_keys() {
    assertThat(problems(terminal))
        .allMatch(problem -> problem.contains(" at 127.0.0.1:1 refuses connections: check "))
        .allMatch(problem -> problem.endsWith(", and that it is running there"))
        .noneMatch(problem -> problem.contains("SECRET_KEY") || problem.contains("API_KEY"));
  }

  @Test
  void an_unknown_host_is_named_with_its_setting() {
    assertThat(problems(at("http://nowhere.invalid")))
        .allMatch(problem -> problem.contains("there is no host nowhere.invalid for "))
        .anyMatch(problem -> problem.contains("check STRIPE_API_BASE, and the DNS"))
        .anyMatch(
            problem -> problem.contains("check AWS_ENDPOINT_URL_SECRETS_MANAGER, and the DNS"));
  }

  @Test
  void servers_that_hang_are_reported_within_half_a_minute() throws IOException {
    try (var silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
      var started = System.nanoTime();

      var problems = problems(at("http://127.0.0.1:" + silent.getLocalPort()));

      assertThat(problems)
          .allMatch(problem -> problem.contains(" did not respond in time: run this again; "));
      assertThat(System.nanoTime() - started).isLessThan(30_000_000_000L);
    }
  }

  @Test
  void a_server_without_tls_is_reported_as_such() throws IOException {
    try (var plain = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerInPlainText(plain));

      assertThat(problems(at("https://127.0.0.1:" + plain.getLocalPort())))
          .allMatch(problem -> problem.contains("there is no secure connection to "));
    }
  }

  private static void answerInPlainText(ServerSocket server) {
    try {
      while (true) {
        try (var socket = server.accept()) {
          socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
          var _ = socket.getInputStream().read(new byte[1000]);
        }
      }
    } catch (IOException _) {
      // The test has closed the server.
    }
  }

  @ParameterizedTest
  @CsvSource({
    "403, {}, ' but not for this request (status 403): '",
    "429, {}, ' gets too many requests (status 429): run this again in a minute'",
    "503, {}, ' failed (status 503): run this again in a few minutes; '",
    "502, <html>, ' failed (status 502): run this again in a few minutes; '",
    "404, <html>, 'because another program may be listening there'",
    "200, <html>, 'because another program may be listening there'"
  })
  void a_status_has_its_own_remedy(int status, String body, String part) throws IOException {
    var server = answering(status, body);
    try {
      assertThat(problems(at("http://127.0.0.1:" + server.getAddress().getPort())))
          .allMatch(problem -> problem.contains(part), part);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void an_empty_object_is_no_response_of_a_service() throws IOException {
    var server = answering(200, "{}");
    try {
      var empty = at("http://127.0.0.1:" + server.getAddress().getPort()).without("SECRET_ID");

      assertThat(empty.run("doctor")).isEqualTo(1);

      var output = empty.output();
      for (var service : SERVICES.subList(0, 5)) {
        assertThat(output).contains(" does not respond as " + service + " does: check ");
      }
    } finally {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UnrecognizedClientException",
        "ExpiredTokenException",
        "InvalidSignatureException",
      })
  void credentials_that_aws_rejects_are_renewed(String code) throws IOException {
    var server = answering(400, "{\"__type\": \"com.amazon#" + code + "\"}");
    try {
      var url = "http://127.0.0.1:" + server.getAddress().getPort();
      var aws = new TestTerminal(URI.create(url));

      assertThat(aws.run("doctor")).isEqualTo(1);

      assertThat(aws.output())
          .contains(
              "problem  the table photo-credits cannot be checked, because DynamoDB does not accept"
                  + " the credentials (status 400, "
                  + code
                  + "): get current credentials, ");
      assertThat(aws.run("audit")).isEqualTo(2);
      assertThat(aws.errors())
          .startsWith("DynamoDB does not accept the credentials (status 400, " + code + "). Get ")
          .hasLineCount(1);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void keys_that_stripe_and_gemini_reject_are_replaced() throws IOException {
    var server =
        answering(
            401,
            """
            {"error": {"code": "api_key_expired", "type": "invalid_request_error",
             "message": "Expired API Key provided: sk_test_doctor"}}""");
    try {
      var problems = problems(at("http://127.0.0.1:" + server.getAddress().getPort()));

      assertThat(problems.get(1))
          .contains(
              "because Stripe does not accept STRIPE_SECRET_KEY (status 401, api_key_expired): copy"
                  + " a key from https://dashboard.stripe.com/apikeys");
    } finally {
      server.stop(0);
    }
    var google =
        answering(
            400,
            """
            {"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [
              {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}}""");
    try {
      var problems = problems(at("http://127.0.0.1:" + google.getAddress().getPort()));

      assertThat(problems.getFirst())
          .contains(
              "because Gemini does not accept GEMINI_API_KEY (status 400, API_KEY_INVALID): create"
                  + " a key in Google AI Studio");
    } finally {
      google.stop(0);
    }
  }

  @Test
  void another_command_says_the_same_in_two_sentences() {
    assertThat(terminal.run("audit")).isEqualTo(2);

    assertThat(terminal.errors())
        .isEqualTo(
            "DynamoDB at 127.0.0.1:1 refuses connections. Check AWS_ENDPOINT_URL_DYNAMODB, and that"
                + " it is running there.\n");
  }

  private static HttpServer answering(int status, String body) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            var _ = exchange.getRequestBody().readAllBytes();
            var bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    server.start();
    return server;
  }
}
