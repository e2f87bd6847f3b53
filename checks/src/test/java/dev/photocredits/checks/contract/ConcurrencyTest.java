package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
import dev.photocredits.checks.fakes.StripeEvent;
import dev.photocredits.ledger.Race;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Money when many come at once. */
@ExtendWith(SharedApi.class)
final class ConcurrencyTest {
  private final Api api;

  ConcurrencyTest(Api api) {
    this.api = api;
  }

  @Test
  void thirty_callers_with_ten_credits_get_exactly_three_generations() {
    var email = api.customer();

    var answers = Race.of(30, _ -> api.generate(email));

    assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(3);
    assertThat(answers)
        .filteredOn(answer -> answer.status() != 200)
        .allSatisfy(
            answer -> {
              assertThat(answer.refusal()).isEqualTo("402 INSUFFICIENT_CREDITS");
              assertThat(answer.detail()).isIn("Need 3 credits, have 1");
            });
    assertThat(api.balance(email)).isEqualTo(1);
    assertThat(api.statement(email))
        .containsExactly("usage -3", "usage -3", "usage -3", "purchase 10");
    assertThat(api.gemini.calls()).hasSize(9);
  }

  @Test
  void sixty_four_deliveries_of_one_event_credit_once() {
    var email = Api.somebody();
    var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter");

    var answers = Race.of(64, _ -> api.webhook(event));

    assertThat(answers).extracting(Answer::said).containsOnly("200 {\"status\":\"success\"}");
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void sixty_four_events_of_one_session_credit_once() {
    var email = Api.somebody();
    var session = StripeEvent.newSession();

    var answers = Race.of(64, _ -> api.webhook(StripeEvent.completed(session, email, "starter")));

    assertThat(answers).extracting(Answer::said).containsOnly("200 {\"status\":\"success\"}");
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_purchase_during_a_generation_counts_as_the_generation_does() {
    var email = api.customer();
    var bought = new AtomicBoolean();
    api.gemini.follows(
        call -> {
          if (!bought.getAndSet(true)) {
            api.buys(email, StripeEvent.newSession());
          }
          return FakeGemini.draws(call);
        });

    var answer = api.generate(email);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(api.balance(email)).isEqualTo(17);
    assertThat(api.statement(email)).containsExactly("purchase 10", "usage -3", "purchase 10");
  }

  @Test
  void a_purchase_during_a_generation_that_fails_counts_as_the_refund_does() {
    var email = api.customer();
    var bought = new AtomicBoolean();
    api.gemini.follows(
        _ -> {
          if (!bought.getAndSet(true)) {
            api.buys(email, StripeEvent.newSession());
          }
          return FakeGemini.noCandidates();
        });

    var answer = api.generate(email);

    assertThat(answer.status()).isEqualTo(500);
    assertThat(api.balance(email)).isEqualTo(20);
    assertThat(api.statement(email))
        .containsExactly("refund 3", "purchase 10", "usage -3", "purchase 10");
  }
}
