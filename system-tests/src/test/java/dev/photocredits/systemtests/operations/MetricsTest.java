package dev.photocredits.systemtests.operations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.lambda.EmbeddedMetrics;
import dev.photocredits.lambda.EmbeddedMetrics.Found;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.TestInvocation;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The metrics: each event is counted once, and repeats are not counted. */
@TestInstance(Lifecycle.PER_CLASS)
final class MetricsTest {
  private static final String PROMPT = "my grandmother in the style of a secret agent";

  private final PrintStream console = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final Set<String> seen = new HashSet<>();
  private final StringBuilder all = new StringBuilder();
  private Api api;
  private SweeperHandler sweeper;

  @BeforeAll
  void start() {
    System.setOut(new PrintStream(printed, true, UTF_8));
    api =
        Api.start(
            Map.of(
                "SWEEP_INTERVAL_SECONDS",
                "86400",
                "ENVIRONMENT",
                "test",
                "METRICS_NAMESPACE",
                "shop"));
    sweeper = new SweeperHandler(api.environment());
  }

  @BeforeEach
  void reset() {
    api.gemini.generates();
    var _ = emitted();
  }

  @AfterAll
  void every_metric_was_emitted_without_personal_data_or_secrets() {
    api.close();
    System.setOut(console);
    assertThat(seen).containsAll(Arrays.stream(Metric.values()).map(Metric::field).toList());
    assertThat(all)
        .doesNotContain("person", "example.com", "grandmother", "secret agent")
        .doesNotContain(Api.GEMINI_KEY, Api.STRIPE_KEY, Api.WEBHOOK_SECRET);
  }

  @Test
  void a_purchase_is_counted_once_for_repeated_webhooks() {
    var email = Api.newEmail();
    var session = StripeEvent.newSession();
    api.buys(email, session);
    assertThat(emitted())
        .containsOnly("webhooks granted 1", "credits_sold 10", "credits_reversed 0");

    api.buys(email, session);

    assertThat(emitted()).containsOnly("webhooks already_granted 1");
  }

  @Test
  void a_purchase_granted_when_the_customer_returns_is_counted_once() {
    var email = Api.newEmail();
    var opened =
        api.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"pro\"}").json();
    var session = opened.path("session_id").asText();
    api.stripe.pays(session);
    assertThat(emitted()).isEmpty();

    assertThat(api.get("/api/checkout/" + session).status()).isEqualTo(200);
    assertThat(emitted()).containsOnly("credits_sold 50", "credits_reversed 0");

    assertThat(api.get("/api/checkout/" + session).status()).isEqualTo(200);
    assertThat(emitted()).isEmpty();
  }

  @Test
  void a_purchase_granted_by_the_reconciliation_is_counted_once() {
    var email = Api.newEmail();
    var payment = StripeEvent.newPayment();
    api.stripe.remembers(
        StripeEvent.completed(StripeEvent.newSession(), email, "starter").charged(payment, 999));
    api.stripe.remembers(StripeEvent.refunded(payment, 500));
    run("reconcile");
    assertThat(emitted())
        .filteredOn(metric -> !metric.matches("(events_open|reconciliation_lag_seconds) .*"))
        .containsOnly("runs reconcile 1", "attention 0", "credits_sold 10", "credits_reversed 5");

    run("reconcile");

    assertThat(emitted())
        .filteredOn(metric -> !metric.startsWith("events_open"))
        .containsOnly(
            "runs reconcile 1",
            "attention 0",
            "credits_sold 0",
            "credits_reversed 0",
            "reconciliation_lag_seconds 600"); // the overlap of two runs
  }

  @Test
  void reversed_and_returned_credits_are_counted_once_each() {
    var email = Api.newEmail();
    var payment = StripeEvent.newPayment();
    var dispute = StripeEvent.newDispute();
    api.receives(
        StripeEvent.completed(StripeEvent.newSession(), email, "starter").charged(payment, 999));
    var _ = emitted();

    api.receives(StripeEvent.withdrawn(payment, dispute, 999));
    assertThat(emitted()).containsOnly("webhooks reversed 1", "credits_reversed 10");
    api.receives(StripeEvent.withdrawn(payment, dispute, 999));
    assertThat(emitted()).containsOnly("webhooks known_already 1");
    api.receives(StripeEvent.reinstated(payment, dispute, 999));
    assertThat(emitted()).containsOnly("webhooks reversed 1", "credits_reversed -10");
  }

  @Test
  void a_refund_before_the_grant_is_counted_with_the_grant() {
    var email = Api.newEmail();
    var payment = StripeEvent.newPayment();
    api.receives(StripeEvent.refunded(payment, 999));
    assertThat(emitted()).containsOnly("webhooks noted 1");

    api.receives(
        StripeEvent.completed(StripeEvent.newSession(), email, "starter").charged(payment, 999));

    assertThat(emitted())
        .containsOnly("webhooks granted 1", "credits_sold 10", "credits_reversed 10");
  }

  @Test
  void events_that_need_attention_are_counted_and_forged_ones_are_not() {
    var email = Api.newEmail();
    api.receives(
        StripeEvent.completed(StripeEvent.newSession(), email, "pro").metadata("package", "none"));
    assertThat(emitted()).containsOnly("webhooks unusable 1", "attention 1");

    assertThat(api.webhook("{}", "t=1,v1=00").status()).isEqualTo(400);

    assertThat(emitted()).containsOnly("webhooks rejected 1");

    run("reconcile");

    assertThat(emitted()).anyMatch(metric -> metric.matches("events_open [1-9]\\d*"));
  }

  @Test
  void a_generation_is_counted_once_and_not_for_its_repeat() {
    var email = api.customer();
    var key = UUID.randomUUID().toString();
    api.gemini.follows(
        call -> call.variation() == 1 ? FakeGemini.text("no") : FakeGemini.generates(call));
    var _ = emitted();

    assertThat(generate(email, key).images()).hasSize(2);
    var emitted = emitted();
    assertThat(emitted)
        .contains(
            "generations ok 1", "credits_taken 3", "credits_refunded 1", "variations_missing 1")
        .hasSize(5)
        .anyMatch(metric -> metric.startsWith("model_ms "));

    assertThat(generate(email, key).images()).hasSize(2);
    assertThat(emitted()).isEmpty();
  }

  @Test
  void a_failed_generation_is_counted_by_its_reason() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.promptBlocked("SAFETY"));
    var _ = emitted();

    assertThat(generate(email, UUID.randomUUID().toString()).status()).isEqualTo(422);

    assertThat(emitted())
        .contains(
            "generations SAFETY_BLOCKED 1",
            "credits_taken 3",
            "credits_refunded 3",
            "variations_missing 3");
  }

  @Test
  void a_retired_model_is_counted_and_reported_once_and_not_for_each_picture() {
    try (var own =
        Api.start(
            Map.of(
                "ENVIRONMENT", "test", "METRICS_NAMESPACE", "shop", "GEMINI_MODEL", "old,new"))) {
      own.gemini.follows(
          call -> call.model().equals("old") ? FakeGemini.status(404) : FakeGemini.generates(call));
      var email = own.customer();
      var _ = emitted();

      assertThat(own.generate(email).images()).hasSize(3);
      assertThat(own.generate(email).images()).hasSize(3);
    }

    assertThat(emitted()).containsOnlyOnce("models_retired 1").containsOnlyOnce("attention 1");
  }

  @Test
  void rejected_requests_are_not_counted_as_generations() {
    var email = Api.newEmail();
    assertThat(api.balance(email)).isZero();

    assertThat(generate(email, UUID.randomUUID().toString()).status()).isEqualTo(402);
    assertThat(generate(Api.newEmail(), UUID.randomUUID().toString()).status()).isEqualTo(404);

    assertThat(emitted()).isEmpty();
  }

  @Test
  void requests_while_generation_is_turned_off_are_counted_as_refused() {
    try (var off =
        Api.start(
            Map.of(
                "SWEEP_INTERVAL_SECONDS",
                "86400",
                "ENVIRONMENT",
                "test",
                "METRICS_NAMESPACE",
                "shop",
                "GENERATION_ENABLED",
                "false"))) {
      assertThat(off.generate(Form.request(Api.newEmail()).text("prompt", PROMPT)).status())
          .isEqualTo(503);
    }

    assertThat(emitted()).containsOnly("generations_refused 1");
  }

  @Test
  void a_refund_by_the_sweeper_is_not_counted_again_by_the_late_function()
      throws InterruptedException {
    var email = api.customer();
    var generator = new CountDownLatch(3);
    var swept = new CountDownLatch(1);
    api.gemini.follows(
        call -> {
          generator.countDown();
          swept.await();
          return FakeGemini.generates(call);
        });
    var late = CompletableFuture.supplyAsync(() -> generate(email, UUID.randomUUID().toString()));
    generator.await();
    api.endLease(email);
    var _ = emitted();

    run("sweep");
    var first = emitted();
    run("sweep");
    var second = emitted();
    swept.countDown();
    assertThat(late.join().status()).isEqualTo(504);

    assertThat(first)
        .contains("runs sweep 1", "attention 0", "generations_abandoned 1", "credits_refunded 3")
        .anyMatch(metric -> metric.startsWith("pending_age_seconds "));
    assertThat(second)
        .containsOnly(
            "runs sweep 1",
            "attention 0",
            "generations_abandoned 0",
            "credits_refunded 0",
            "credits_expired 0",
            "erasures_open 0",
            "pending_age_seconds 0");
    assertThat(emitted())
        .contains("generations MODEL_TIMEOUT 1", "credits_taken 3", "credits_refunded 0");
  }

  @Test
  void an_audit_counts_its_discrepancies_even_if_there_are_none() {
    run("audit");

    assertThat(emitted()).containsOnly("runs audit 1", "attention 0", "audit_differences 0");
  }

  @Test
  void an_incomplete_audit_is_not_counted_as_a_run() {
    var outOfTime = sweeper.handleRequest(Map.of("task", "audit"), new TestInvocation(10_000));
    var notRunning =
        sweeper.handleRequest(Map.of("task", "audit", "resume", true), new TestInvocation(300_000));

    assertThat(outOfTime.get("complete")).isEqualTo(false);
    assertThat(notRunning).isEqualTo(Map.of("under_way", false));
    assertThat(emitted()).containsOnly("attention 0");
  }

  private ApiResponse generate(String email, String key) {
    return api.generate(Form.request(email).text("prompt", PROMPT), key);
  }

  private void run(String task) {
    assertThat(sweeper.handleRequest(Map.of("task", task), new TestInvocation(300_000)))
        .isNotEmpty();
  }

  /** The metrics since the last call, each with the value of its dimension and its sum. */
  private List<String> emitted() {
    var text = printed.toString(UTF_8);
    printed.reset();
    all.append(text);
    var emitted = new ArrayList<String>();
    for (var line : text.lines().filter(it -> it.startsWith("{")).toList()) {
      for (var metric : metrics(line)) {
        seen.add(metric.name());
        emitted.add(describe(metric));
      }
    }
    return emitted;
  }

  private static List<Found> metrics(String line) {
    try {
      return EmbeddedMetrics.in(new ObjectMapper().readTree(line));
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }

  private static String describe(Found metric) {
    var by = new TreeMap<>(metric.dimensions());
    assertThat(metric.namespace()).isEqualTo("shop");
    assertThat(by.remove("environment")).isEqualTo("test");
    assertThat(by).hasSizeLessThanOrEqualTo(1);
    var value = by.isEmpty() ? "" : Objects.requireNonNull(by.firstEntry()).getValue() + " ";
    return metric.name() + " " + value + metric.sum();
  }
}
