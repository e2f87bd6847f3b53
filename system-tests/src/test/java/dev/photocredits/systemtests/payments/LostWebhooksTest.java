package dev.photocredits.systemtests.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.emulators.stripe.StripeEmulator;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.lambda.TestInvocation;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.fakes.FakeStripe.Failure;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stripe's emulator signs with a wrong secret, so that every webhook is rejected. Paid sessions are
 * granted without webhooks.
 */
final class LostWebhooksTest {
  private static final Map<String, Object> RECONCILE = Map.of("task", "reconcile");
  private static final String ANOTHER_SECRET = "whsec_of_somebody_else";

  @TempDir private Path folder;

  private final CompletableFuture<URI> webhook = new CompletableFuture<>();
  private StripeEmulator stripe;
  private Api api;

  @BeforeEach
  void start() throws IOException {
    stripe = StripeEmulator.start(folder, ANOTHER_SECRET, webhook::join);
    api = Api.start(Map.of("STRIPE_API_BASE", stripe.baseUrl().toString()));
    webhook.complete(api.url().resolve("/api/webhooks/stripe"));
  }

  @AfterEach
  void stop() {
    api.close();
    stripe.close();
  }

  @Test
  void the_next_reconciliation_grants_a_paid_session_once() throws InterruptedException {
    var email = Api.newEmail();
    var session = opens(email);
    does(session, "pay", "");
    awaitRefusals(1);
    var before = api.balance(email);

    var first = reconcile();
    var second = reconcile();

    assertThat(before).isZero();
    assertThat(first).isEqualTo(report(1, 0));
    assertThat(second).isEqualTo(report(0, 0));
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
    assertThat(poll(session)).isEqualTo("200 {\"status\":\"paid\",\"credits\":10}");
  }

  @Test
  void a_paid_session_is_granted_when_the_customer_returns() throws InterruptedException {
    var email = Api.newEmail();
    var session = opens(email);
    var open = poll(session);
    does(session, "pay", "");
    awaitRefusals(1);

    var paid = poll(session);

    assertThat(open).isEqualTo("200 {\"status\":\"open\",\"credits\":10}");
    assertThat(paid).isEqualTo("200 {\"status\":\"paid\",\"credits\":10}");
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(reconcile()).isEqualTo(report(0, 0));
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_delayed_payment_is_pending_until_it_is_granted() throws InterruptedException {
    var email = Api.newEmail();
    var arriving = opens(email);
    var bouncing = opens(email);
    does(arriving, "pay-delayed", "");
    does(bouncing, "pay-delayed", "");
    var pending = poll(arriving);
    does(arriving, "settle", "");
    does(bouncing, "bounce", "");
    awaitRefusals(4);

    var reconciled = reconcile();

    assertThat(pending).isEqualTo("200 {\"status\":\"pending\",\"credits\":10}");
    assertThat(reconciled).isEqualTo(report(1, 0));
    assertThat(poll(arriving)).isEqualTo("200 {\"status\":\"paid\",\"credits\":10}");
    assertThat(poll(bouncing)).isEqualTo("200 {\"status\":\"expired\",\"credits\":10}");
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void the_next_reconciliation_reverses_refunds_and_disputes() throws InterruptedException {
    var email = Api.newEmail();
    var session = opens(email);
    does(session, "pay", "");
    does(session, "refund", "amount=300");
    awaitRefusals(2);
    var refunded = reconcile();
    var afterRefund = api.balance(email);
    does(session, "dispute", "amount=400");
    var disputed = reconcile();
    var afterDispute = api.balance(email);
    does(session, "win-dispute", "");

    var won = reconcile();

    assertThat(refunded).isEqualTo(report(1, 1));
    assertThat(afterRefund).isEqualTo(7);
    assertThat(disputed).isEqualTo(report(0, 1));
    assertThat(afterDispute).isEqualTo(3);
    assertThat(won).isEqualTo(report(0, 1));
    assertThat(api.balance(email)).isEqualTo(7);
    assertThat(api.statement(email))
        .containsExactly("reversal 4", "reversal -4", "reversal -3", "purchase 10");
  }

  @Test
  void events_on_several_pages_are_all_reconciled() throws InterruptedException {
    var email = Api.newEmail();
    var session = opens(email);
    does(session, "pay", "");
    for (var i = 0; i < 120; i++) {
      does(session, "deliver", "");
    }
    var last = opens(email);
    does(last, "pay", "");

    var reconciled = reconcile();

    assertThat(reconciled).isEqualTo(report(2, 0));
    assertThat(api.balance(email)).isEqualTo(20);
  }

  @Test
  void a_reconciliation_during_an_outage_of_stripe_fails_and_the_next_one_succeeds() {
    var email = Api.newEmail();
    try (var other = Api.start(Map.of())) {
      var sweeper = new SweeperHandler(other.environment());
      other.stripe.remembers(StripeEvent.completed("cs_1", email, "starter"));
      other.stripe.fails(Failure.of(503, "api_error", "busy"));
      assertThatThrownBy(() -> sweeper.handleRequest(RECONCILE, new TestInvocation(300_000)))
          .isInstanceOf(IllegalStateException.class);
      other.stripe.works();

      var healed = sweeper.handleRequest(RECONCILE, new TestInvocation(300_000));

      assertThat(healed).isEqualTo(report(1, 0));
      assertThat(other.balance(email)).isEqualTo(10);
    }
  }

  private Map<String, ?> reconcile() {
    return new SweeperHandler(api.environment())
        .handleRequest(RECONCILE, new TestInvocation(300_000));
  }

  private static Map<String, ?> report(int granted, int reversed) {
    return Map.of("granted", granted, "reversed", reversed, "open", List.of(), "has_more", false);
  }

  private String opens(String email) {
    var response =
        api.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"starter\"}");
    assertThat(response.status()).isEqualTo(200);
    return response.json().path("session_id").asText();
  }

  private String poll(String session) {
    return api.get("/api/checkout/" + session).text();
  }

  /** Performs an action in the emulator. */
  private void does(String session, String what, String form) {
    var response =
        api.send(
            HttpRequest.newBuilder(
                    stripe.baseUrl().resolve("/sandbox/sessions/" + session + "/" + what))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
    assertThat(response.status()).as(response.body()).isEqualTo(200);
  }

  /** Waits until a number of events was sent, and checks that each was rejected. */
  private void awaitRefusals(int events) throws InterruptedException {
    var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (true) {
      var sent =
          api.send(HttpRequest.newBuilder(stripe.baseUrl().resolve("/sandbox/events")))
              .json()
              .path("events")
              .valueStream()
              .toList();
      if (sent.size() == events
          && sent.stream().allMatch(event -> event.path("attempts").intValue() > 0)) {
        assertThat(sent)
            .allSatisfy(
                event -> {
                  assertThat(event.path("delivered").booleanValue()).isFalse();
                  assertThat(event.at("/latest_attempts/0/status").intValue()).isEqualTo(400);
                });
        return;
      }
      assertThat(System.nanoTime()).as("the webhook is called in time").isLessThan(end);
      Thread.sleep(20);
    }
  }
}
