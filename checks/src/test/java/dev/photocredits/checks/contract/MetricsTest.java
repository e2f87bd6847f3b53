package dev.photocredits.checks.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.checks.fakes.FakeGemini;
import dev.photocredits.checks.fakes.StripeEvent;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.lambda.EmbeddedMetrics;
import dev.photocredits.lambda.EmbeddedMetrics.Found;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.OneCall;
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

/** What is counted, once for each thing that happened and never for a repeat of it. */
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
    api = Api.start(Map.of("SWEEP_INTERVAL_SECONDS", "86400", "ENVIRONMENT", "test"));
    sweeper = new SweeperHandler(api.environment());
  }

  @BeforeEach
  void set_back() {
    api.gemini.draws();
    var _ = told();
  }

  @AfterAll
  void every_metric_was_told_and_no_line_holds_what_it_must_not() {
    api.close();
    System.setOut(console);
    assertThat(seen).containsAll(Arrays.stream(Metric.values()).map(Metric::field).toList());
    assertThat(all)
        .doesNotContain("person", "example.com", "grandmother", "secret agent")
        .doesNotContain(Api.GEMINI_KEY, Api.STRIPE_KEY, Api.WEBHOOK_SECRET);
  }

  @Test
  void a_purchase_is_counted_once_however_often_it_is_told() {
    var email = Api.somebody();
    var session = StripeEvent.newSession();
    api.buys(email, session);
    assertThat(told()).containsOnly("webhooks granted 1", "credits_sold 10", "credits_reversed 0");

    api.buys(email, session);

    assertThat(told()).containsOnly("webhooks already_granted 1");
  }

  @Test
  void a_purchase_that_the_customer_came_back_for_is_counted_there_and_once() {
    var email = Api.somebody();
    var opened =
        api.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"pro\"}").json();
    var session = opened.path("session_id").asText();
    api.stripe.pays(session);
    assertThat(told()).isEmpty();

    assertThat(api.get("/api/checkout/" + session).status()).isEqualTo(200);
    assertThat(told()).containsOnly("credits_sold 50", "credits_reversed 0");

    assertThat(api.get("/api/checkout/" + session).status()).isEqualTo(200);
    assertThat(told()).isEmpty();
  }

  @Test
  void a_purchase_that_no_webhook_told_is_counted_by_the_reconciliation_and_once() {
    var email = Api.somebody();
    var payment = StripeEvent.newPayment();
    api.stripe.remembers(
        StripeEvent.completed(StripeEvent.newSession(), email, "starter").charged(payment, 999));
    api.stripe.remembers(StripeEvent.refunded(payment, 500));
    run("reconcile");
    assertThat(told())
        .filteredOn(metric -> !metric.startsWith("events_open"))
        .containsOnly("runs reconcile 1", "attention 0", "credits_sold 10", "credits_reversed 5");

    run("reconcile");

    assertThat(told())
        .filteredOn(metric -> !metric.startsWith("events_open"))
        .containsOnly("runs reconcile 1", "attention 0", "credits_sold 0", "credits_reversed 0");
  }

  @Test
  void credits_that_are_taken_back_and_come_back_are_counted_once_each() {
    var email = Api.somebody();
    var payment = StripeEvent.newPayment();
    var dispute = StripeEvent.newDispute();
    api.hears(
        StripeEvent.completed(StripeEvent.newSession(), email, "starter").charged(payment, 999));
    var _ = told();

    api.hears(StripeEvent.withdrawn(payment, dispute, 999));
    assertThat(told()).containsOnly("webhooks reversed 1", "credits_reversed 10");
    api.hears(StripeEvent.withdrawn(payment, dispute, 999));
    assertThat(told()).containsOnly("webhooks known_already 1");
    api.hears(StripeEvent.reinstated(payment, dispute, 999));
    assertThat(told()).containsOnly("webhooks reversed 1", "credits_reversed -10");
  }

  @Test
  void money_that_went_back_before_is_counted_with_the_grant() {
    var email = Api.somebody();
    var payment = StripeEvent.newPayment();
    api.hears(StripeEvent.refunded(payment, 999));
    assertThat(told()).containsOnly("webhooks noted 1");

    api.hears(
        StripeEvent.completed(StripeEvent.newSession(), email, "starter").charged(payment, 999));

    assertThat(told()).containsOnly("webhooks granted 1", "credits_sold 10", "credits_reversed 10");
  }

  @Test
  void what_a_person_has_to_look_at_is_counted_and_what_is_not_from_stripe_is_not() {
    var email = Api.somebody();
    api.hears(
        StripeEvent.completed(StripeEvent.newSession(), email, "pro").metadata("package", "none"));
    assertThat(told()).containsOnly("webhooks unusable 1", "attention 1");

    assertThat(api.webhook("{}", "t=1,v1=00").status()).isEqualTo(400);

    assertThat(told()).containsOnly("webhooks rejected 1");

    run("reconcile");

    assertThat(told()).anyMatch(metric -> metric.matches("events_open [1-9]\\d*"));
  }

  @Test
  void a_generation_is_counted_once_and_its_repeat_is_not() {
    var email = api.customer();
    var key = UUID.randomUUID().toString();
    api.gemini.follows(
        call -> call.variation() == 1 ? FakeGemini.text("no") : FakeGemini.draws(call));
    var _ = told();

    assertThat(generate(email, key).images()).hasSize(2);
    var told = told();
    assertThat(told)
        .contains(
            "generations ok 1", "credits_taken 3", "credits_refunded 1", "variations_missing 1")
        .hasSize(5)
        .anyMatch(metric -> metric.startsWith("model_ms "));

    assertThat(generate(email, key).images()).hasSize(2);
    assertThat(told()).isEmpty();
  }

  @Test
  void a_generation_that_came_to_nothing_is_counted_by_its_reason() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.promptBlocked("SAFETY"));
    var _ = told();

    assertThat(generate(email, UUID.randomUUID().toString()).status()).isEqualTo(422);

    assertThat(told())
        .contains(
            "generations SAFETY_BLOCKED 1",
            "credits_taken 3",
            "credits_refunded 3",
            "variations_missing 3");
  }

  @Test
  void a_retired_model_is_counted_and_raised_once_and_not_for_each_picture() {
    try (var own = Api.start(Map.of("ENVIRONMENT", "test", "GEMINI_MODEL", "old,new"))) {
      own.gemini.follows(
          call -> call.model().equals("old") ? FakeGemini.status(404) : FakeGemini.draws(call));
      var email = own.customer();
      var _ = told();

      assertThat(own.generate(email).images()).hasSize(3);
      assertThat(own.generate(email).images()).hasSize(3);
    }

    assertThat(told()).containsOnlyOnce("models_retired 1").containsOnlyOnce("attention 1");
  }

  @Test
  void what_never_began_is_not_counted() {
    var email = Api.somebody();
    assertThat(api.balance(email)).isZero();

    assertThat(generate(email, UUID.randomUUID().toString()).status()).isEqualTo(402);
    assertThat(generate(Api.somebody(), UUID.randomUUID().toString()).status()).isEqualTo(404);

    assertThat(told()).isEmpty();
  }

  @Test
  void an_order_that_is_refused_since_generation_is_turned_off_is_counted_as_that() {
    try (var off =
        Api.start(
            Map.of(
                "SWEEP_INTERVAL_SECONDS", "86400",
                "ENVIRONMENT", "test",
                "GENERATION_ENABLED", "false"))) {
      assertThat(off.generate(Form.order(Api.somebody()).text("prompt", PROMPT)).status())
          .isEqualTo(503);
    }

    assertThat(told()).containsOnly("generations_refused 1");
  }

  @Test
  void what_the_sweeper_gives_back_is_not_counted_again_by_the_one_who_comes_late()
      throws InterruptedException {
    var email = api.customer();
    var drawing = new CountDownLatch(3);
    var swept = new CountDownLatch(1);
    api.gemini.follows(
        call -> {
          drawing.countDown();
          swept.await();
          return FakeGemini.draws(call);
        });
    var late = CompletableFuture.supplyAsync(() -> generate(email, UUID.randomUUID().toString()));
    drawing.await();
    api.endLease(email);
    var _ = told();

    run("sweep");
    var first = told();
    run("sweep");
    var second = told();
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
    assertThat(told())
        .contains("generations MODEL_TIMEOUT 1", "credits_taken 3", "credits_refunded 0");
  }

  @Test
  void an_audit_counts_what_differs_and_no_discrepancy_too() {
    run("audit");

    assertThat(told()).containsOnly("runs audit 1", "attention 0", "audit_differences 0");
  }

  @Test
  void an_audit_that_has_not_seen_everything_counts_as_no_run_and_tells_no_differences() {
    var outOfTime = sweeper.handleRequest(Map.of("task", "audit"), new OneCall(10_000));
    var nothingUnderWay =
        sweeper.handleRequest(Map.of("task", "audit", "resume", true), new OneCall(300_000));

    assertThat(outOfTime.get("complete")).isEqualTo(false);
    assertThat(nothingUnderWay).isEqualTo(Map.of("under_way", false));
    assertThat(told()).containsOnly("attention 0");
  }

  private Answer generate(String email, String key) {
    return api.generate(Form.order(email).text("prompt", PROMPT), key);
  }

  private void run(String task) {
    assertThat(sweeper.handleRequest(Map.of("task", task), new OneCall(300_000))).isNotEmpty();
  }

  /** The metrics since the last time, each with what it is told apart by, and its sum. */
  private List<String> told() {
    var text = printed.toString(UTF_8);
    printed.reset();
    all.append(text);
    var told = new ArrayList<String>();
    for (var line : text.lines().filter(it -> it.startsWith("{")).toList()) {
      for (var metric : metrics(line)) {
        seen.add(metric.name());
        told.add(said(metric));
      }
    }
    return told;
  }

  private static List<Found> metrics(String line) {
    try {
      return EmbeddedMetrics.in(new ObjectMapper().readTree(line));
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }

  private static String said(Found metric) {
    var by = new TreeMap<>(metric.dimensions());
    assertThat(metric.namespace()).isEqualTo("photo-credits");
    assertThat(by.remove("environment")).isEqualTo("test");
    assertThat(by).hasSizeLessThanOrEqualTo(1);
    var value = by.isEmpty() ? "" : Objects.requireNonNull(by.firstEntry()).getValue() + " ";
    return metric.name() + " " + value + metric.sum();
  }
}
