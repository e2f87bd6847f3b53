package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of {@code photo-credits reconcile}. */
final class ReconcileCommandTest {
  private static final String SINCE = "--since=2026-09-01";

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
  private final TestTerminal terminal = new TestTerminal(system.endpoint());
  private final Map<String, String> answers =
      new HashMap<>(
          Map.of(
              "/v1/checkout/sessions", list(SESSION),
              "/v1/checkout/sessions/cs_1", SESSION,
              "/v1/refunds", list(REFUND),
              "/v1/disputes", list("")));
  private final LoopbackServer stripe = LoopbackServer.start(this::answer);

  @BeforeEach
  void start() {
    system.createTable("photo-credits");
    var _ =
        terminal
            .with("STRIPE_API_BASE", stripe.address().toString())
            .with("STRIPE_SECRET_KEY", "sk_test_reconcile");
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var answer = answers.get(exchange.getRequestURI().getPath());
      LoopbackServer.send(exchange, answer == null ? 403 : 200, answer == null ? "{}" : answer);
    }
  }

  @AfterEach
  void stop() {
    stripe.close();
    system.close();
  }

  @Test
  void missing_grants_and_reversals_are_made_once() {
    assertThat(terminal.run("reconcile", SINCE)).isZero();
    assertThat(terminal.output())
        .isEqualTo(
            "Granted checkout sessions: 1 (10 credits). Applied refunds and disputes: 1"
                + " (3 credits reversed).\n");

    assertThat(terminal.run("reconcile", SINCE)).isZero();

    assertThat(terminal.output())
        .isEqualTo(
            "Granted checkout sessions: 0 (0 credits). Applied refunds and disputes: 0"
                + " (0 credits reversed).\n");
  }

  @Test
  void a_failure_is_reported_and_does_not_stop_the_rest() {
    answers.remove("/v1/checkout/sessions/cs_1");

    assertThat(terminal.run("reconcile", SINCE)).isEqualTo(1);

    assertThat(terminal.output())
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

    assertThat(terminal.run("reconcile", SINCE)).isEqualTo(1);

    assertThat(terminal.output())
        .endsWith(
            "The reconciliation did not finish. Stripe did not list objects: status 403."
                + " The doctor says what helps. Then run it again.\n");
  }

  @Test
  void a_sale_of_another_stage_is_ignored() {
    answers.put(
        "/v1/checkout/sessions",
        list(SESSION.replace("\"10\"}", "\"10\", \"stage\": \"another\"}")));

    assertThat(terminal.with("ENVIRONMENT", "test").run("reconcile", SINCE)).isZero();

    assertThat(terminal.output()).startsWith("Granted checkout sessions: 0 ");
  }

  @Test
  void a_missing_or_wrong_setting_is_an_error_that_names_it() {
    assertThat(terminal.run("reconcile", "--since=yesterday")).isEqualTo(2);
    assertThat(terminal.errors()).startsWith("--since must be a date such as 2026-09-01 ");

    assertThat(terminal.without("STRIPE_SECRET_KEY").run("reconcile", SINCE)).isEqualTo(2);
    assertThat(terminal.errors()).isEqualTo("The setting STRIPE_SECRET_KEY is missing.\n");
  }

  private static String list(String object) {
    return "{\"object\": \"list\", \"url\": \"/v1/list\", \"has_more\": false, \"data\": ["
        + object
        + "]}";
  }
}
