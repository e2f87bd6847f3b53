package dev.photocredits.systemtests.payments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.ledger.Race;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.SharedApi;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Credits under concurrent requests. */
@ExtendWith(SharedApi.class)
final class ConcurrencyTest {
  private final Api api;

  ConcurrencyTest(Api api) {
    this.api = api;
  }

  @Test
  void thirty_concurrent_requests_with_ten_credits_get_exactly_three_generations() {
    var email = api.customer();

    var responses = Race.of(30, _ -> api.generate(email));

    assertThat(responses).filteredOn(response -> response.status() == 200).hasSize(3);
    assertThat(responses)
        .filteredOn(response -> response.status() != 200)
        .allSatisfy(
            response -> {
              assertThat(response.error()).isEqualTo("402 INSUFFICIENT_CREDITS");
              assertThat(response.detail()).isIn("Need 3 credits, have 1");
            });
    assertThat(api.balance(email)).isEqualTo(1);
    assertThat(api.statement(email))
        .containsExactly("usage -3", "usage -3", "usage -3", "purchase 10");
    assertThat(api.gemini.calls()).hasSize(9);
  }

  @Test
  void sixty_four_deliveries_of_one_event_grant_credits_once() {
    var email = Api.newEmail();
    var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter");

    var responses = Race.of(64, _ -> api.webhook(event));

    assertThat(responses)
        .extracting(ApiResponse::text)
        .containsOnly("200 {\"status\":\"success\"}");
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void sixty_four_events_of_one_session_grant_credits_once() {
    var email = Api.newEmail();
    var session = StripeEvent.newSession();

    var responses = Race.of(64, _ -> api.webhook(StripeEvent.completed(session, email, "starter")));

    assertThat(responses)
        .extracting(ApiResponse::text)
        .containsOnly("200 {\"status\":\"success\"}");
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_purchase_during_a_generation_is_not_lost() {
    var email = api.customer();
    var bought = new AtomicBoolean();
    api.gemini.follows(
        call -> {
          if (!bought.getAndSet(true)) {
            api.buys(email, StripeEvent.newSession());
          }
          return FakeGemini.generates(call);
        });

    var response = api.generate(email);

    assertThat(response.status()).isEqualTo(200);
    assertThat(api.balance(email)).isEqualTo(17);
    assertThat(api.statement(email)).containsExactly("purchase 10", "usage -3", "purchase 10");
  }

  @Test
  void a_purchase_during_a_failing_generation_is_not_lost() {
    var email = api.customer();
    var bought = new AtomicBoolean();
    api.gemini.follows(
        _ -> {
          if (!bought.getAndSet(true)) {
            api.buys(email, StripeEvent.newSession());
          }
          return FakeGemini.noCandidates();
        });

    var response = api.generate(email);

    assertThat(response.status()).isEqualTo(500);
    assertThat(api.balance(email)).isEqualTo(20);
    assertThat(api.statement(email))
        .containsExactly("refund 3", "purchase 10", "usage -3", "purchase 10");
  }
}
