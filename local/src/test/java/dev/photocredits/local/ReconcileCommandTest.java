package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.StartupFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of {@code make reconcile}. */
final class ReconcileCommandTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-28T12:00:00Z"));

  private static final String SESSION =
      """
      {"id": "cs_1", "object": "checkout.session", "amount_total": 999, "currency": "usd",
       "metadata": {"user_email": "ada@example.com", "package": "starter", "credits": "10"},
       "mode": "payment", "payment_intent": "pi_1", "payment_status": "paid",
       "status": "complete"}""";
  private static final String REFUND =
      """
      {"id": "re_1", "object": "refund", "amount": 300, "currency": "usd",
       "payment_intent": "pi_1", "status": "succeeded"}""";

  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final Map<String, String> answers =
      new HashMap<>(
          Map.of(
              "/v1/checkout/sessions", list(SESSION),
              "/v1/checkout/sessions/cs_1", SESSION,
              "/v1/refunds", list(REFUND),
              "/v1/disputes", list("")));
  private HttpServer stripe;

  @BeforeEach
  void start() throws IOException {
    system.createTable("photo-credits");
    stripe = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    stripe.createContext(
        "/",
        exchange -> {
          try (exchange) {
            var answer = answers.get(exchange.getRequestURI().getPath());
            var body = (answer == null ? "{}" : answer).getBytes(UTF_8);
            exchange.sendResponseHeaders(answer == null ? 403 : 200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    stripe.start();
  }

  @AfterEach
  void stop() {
    stripe.stop(0);
    system.close();
  }

  @Test
  void missing_grants_and_reversals_are_made_once() {
    assertThat(run(Map.of())).isTrue();
    assertThat(output())
        .isEqualTo(
            "Granted checkout sessions: 1 (10 credits). Applied refunds and disputes: 1"
                + " (3 credits reversed).\n");

    assertThat(run(Map.of())).isTrue();

    assertThat(output())
        .isEqualTo(
            "Granted checkout sessions: 0 (0 credits). Applied refunds and disputes: 0"
                + " (0 credits reversed).\n");
  }

  @Test
  void a_failure_is_reported_and_does_not_stop_the_rest() {
    answers.remove("/v1/checkout/sessions/cs_1");

    assertThat(run(Map.of())).isFalse();

    assertThat(output())
        .isEqualTo(
            """
            Granted checkout sessions: 0 (0 credits). Applied refunds and disputes: 1 \
            (0 credits reversed).
            FAILED   cs_1 (checkout.session.completed cs_1) failed; the next run will retry it
            """);
  }

  @Test
  void a_list_that_stripe_does_not_return_ends_the_run() {
    answers.remove("/v1/refunds");

    assertThat(run(Map.of())).isFalse();

    assertThat(output())
        .contains("The reconciliation did not finish. Run it again. Stripe did not list");
  }

  @Test
  void a_sale_of_another_stage_is_ignored() {
    answers.put(
        "/v1/checkout/sessions",
        list(SESSION.replace("\"10\"}", "\"10\", \"stage\": \"another\"}")));

    assertThat(run(Map.of("ENVIRONMENT", "test"))).isTrue();

    assertThat(output()).startsWith("Granted checkout sessions: 0 ");
  }

  @Test
  void a_missing_or_wrong_setting_is_an_error_that_names_it() {
    for (var wrong : Map.of("SINCE", "yesterday", "STRIPE_SECRET_KEY", "").entrySet()) {
      assertThatThrownBy(() -> run(Map.of(wrong.getKey(), wrong.getValue())))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining(wrong.getKey());
    }
  }

  private static String list(String object) {
    return "{\"object\": \"list\", \"url\": \"/v1/list\", \"has_more\": false, \"data\": ["
        + object
        + "]}";
  }

  private boolean run(Map<String, String> more) {
    var settings =
        new HashMap<>(
            Map.of(
                "AWS_ENDPOINT_URL_DYNAMODB",
                system.endpoint().toString(),
                "SINCE",
                "2026-09-01",
                "STRIPE_API_BASE",
                "http://127.0.0.1:" + stripe.getAddress().getPort(),
                "STRIPE_SECRET_KEY",
                "sk_test_reconcile"));
    settings.putAll(more);
    return ReconcileCommand.run(settings, CLOCK, new PrintStream(output));
  }

  private String output() {
    var text = output.toString(UTF_8);
    output.reset();
    return text;
  }
}
