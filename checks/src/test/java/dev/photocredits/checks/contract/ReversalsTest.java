package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
import dev.photocredits.checks.fakes.StripeEvent;
import dev.photocredits.ledger.Race;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of credits when the money for them goes back. */
@ExtendWith(SharedApi.class)
final class ReversalsTest {
  private final Api api;
  private final String email = Api.somebody();
  private final String session = StripeEvent.newSession();
  private final String payment = StripeEvent.newPayment();
  private final String dispute = StripeEvent.newDispute();

  ReversalsTest(Api api) {
    this.api = api;
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "99, 0", "100, 1", "300, 3", "998, 9", "999, 10", "5000, 10"})
  void a_refund_takes_credits_back_in_proportion(long cents, int taken) {
    api.hears(purchase());

    api.hears(StripeEvent.refunded(payment, cents));

    has(10 - taken);
    assertThat(api.statement(email)).hasSize(taken == 0 ? 1 : 2).endsWith("purchase 10");
  }

  @Test
  void refunds_that_follow_one_another_are_told_together() {
    api.hears(purchase());

    api.hears(StripeEvent.refunded(payment, 300));
    api.hears(StripeEvent.refunded(payment, 650));
    api.hears(StripeEvent.refunded(payment, 999));

    has(0);
    assertThat(api.statement(email))
        .containsExactly("reversal -4", "reversal -3", "reversal -3", "purchase 10");
  }

  @Test
  void refunds_in_the_wrong_order_or_told_again_count_once() {
    api.hears(purchase());
    var second = StripeEvent.refunded(payment, 650);

    api.hears(second);
    api.hears(StripeEvent.refunded(payment, 300));
    api.hears(second);
    api.hears(StripeEvent.refunded(payment, 650));

    has(4);
    assertThat(api.statement(email)).containsExactly("reversal -6", "purchase 10");
  }

  @Test
  void a_refund_that_is_heard_of_before_its_purchase_is_taken_back_at_once() {
    api.hears(StripeEvent.refunded(payment, 300));

    api.hears(purchase());

    has(7);
    assertThat(api.statement(email)).containsExactly("reversal -3", "purchase 10");
  }

  @Test
  void a_purchase_that_was_refunded_whole_before_it_was_heard_of_leaves_nothing() {
    api.hears(StripeEvent.refunded(payment, 999));

    api.hears(purchase());
    api.hears(purchase());

    has(0);
    assertThat(api.statement(email)).containsExactly("reversal -10", "purchase 10");
  }

  @Test
  void what_a_dispute_took_comes_back_when_it_is_won() {
    api.hears(purchase());

    api.hears(StripeEvent.withdrawn(payment, dispute, 999));
    var meanwhile = api.balance(email);
    api.hears(StripeEvent.reinstated(payment, dispute, 999));

    assertThat(meanwhile).isZero();
    has(10);
    assertThat(api.statement(email)).containsExactly("reversal 10", "reversal -10", "purchase 10");
  }

  @Test
  void a_dispute_that_is_heard_of_from_its_end_moves_nothing() {
    api.hears(purchase());

    api.hears(StripeEvent.reinstated(payment, dispute, 999));
    api.hears(StripeEvent.withdrawn(payment, dispute, 999));

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_refund_and_a_dispute_of_one_payment_take_it_back_once() {
    api.hears(purchase());

    api.hears(StripeEvent.withdrawn(payment, dispute, 999));
    api.hears(StripeEvent.refunded(payment, 999));

    has(0);
    assertThat(api.statement(email)).containsExactly("reversal -10", "purchase 10");
  }

  @Test
  void what_was_spent_is_owed_and_the_next_purchase_is_shorter_by_it() {
    api.hears(purchase());
    assertThat(api.generate(email).status()).isEqualTo(200);

    api.hears(StripeEvent.refunded(payment, 999));
    var owing = api.balance(email);
    var refused = api.generate(email);
    api.buys(email, StripeEvent.newSession());

    assertThat(owing).isZero();
    assertThat(refused.said())
        .isEqualTo(
            "402 {\"detail\":\"Need 3 credits, have 0\",\"error_code\":\"INSUFFICIENT_CREDITS\"}");
    has(7);
    assertThat(api.statement(email))
        .containsExactly("reversal -3", "purchase 10", "reversal -7", "usage -3", "purchase 10");
  }

  @Test
  void what_is_owed_is_settled_once() {
    api.hears(purchase());
    assertThat(api.generate(email).status()).isEqualTo(200);
    api.hears(StripeEvent.refunded(payment, 999));

    api.buys(email, StripeEvent.newSession());
    api.buys(email, StripeEvent.newSession());

    has(17);
    assertThat(api.statement(email)).startsWith("purchase 10", "reversal -3", "purchase 10");
  }

  @Test
  void more_may_be_owed_than_the_next_purchase_brings() {
    api.hears(StripeEvent.completed(session, email, "pro").charged(payment, 3999));
    for (var i = 0; i < 5; i++) {
      assertThat(api.generate(email).status()).isEqualTo(200);
    }
    api.hears(StripeEvent.refunded(payment, 3999));

    api.buys(email, StripeEvent.newSession());
    var shorter = api.balance(email);
    api.buys(email, StripeEvent.newSession());

    assertThat(shorter).isZero();
    has(5);
    assertThat(api.statement(email))
        .startsWith("reversal -5", "purchase 10", "reversal -10", "purchase 10", "reversal -35");
  }

  @Test
  void a_dispute_that_is_won_settles_what_is_owed_first() {
    api.hears(purchase());
    assertThat(api.generate(email).status()).isEqualTo(200);

    api.hears(StripeEvent.withdrawn(payment, dispute, 999));
    api.hears(StripeEvent.reinstated(payment, dispute, 999));

    has(7);
    assertThat(api.statement(email))
        .containsExactly("reversal -3", "reversal 10", "reversal -7", "usage -3", "purchase 10");
  }

  @Test
  void a_generation_that_fails_settles_what_is_owed_first() {
    api.hears(purchase());
    var refunded = new AtomicBoolean();
    api.gemini.follows(
        _ -> {
          if (!refunded.getAndSet(true)) {
            api.hears(StripeEvent.refunded(payment, 999));
          }
          return FakeGemini.noCandidates();
        });

    var answer = api.generate(email);

    assertThat(answer.status()).isEqualTo(500);
    has(0);
    assertThat(api.statement(email))
        .containsExactly("reversal -3", "refund 3", "reversal -7", "usage -3", "purchase 10");
    api.buys(email, StripeEvent.newSession());
    has(10);
  }

  @Test
  void the_statement_shows_reversals_with_the_fields_of_every_entry() {
    api.hears(purchase());
    assertThat(api.generate(email).status()).isEqualTo(200);
    api.hears(StripeEvent.refunded(payment, 999));
    var other = StripeEvent.newSession();
    api.buys(email, other);

    var statement = api.get("/api/credits/" + email + "/transactions?limit=3").body();

    assertThat(
            statement
                .replaceAll("\"id\":\"[^\"]+\"", "\"id\":0")
                .replaceAll("\"created_at\":\"[^\"]+\"", "\"created_at\":0")
                .replaceAll("\"next_cursor\":\"[^\"]+\"", "\"next_cursor\":0"))
        .isEqualTo(
            "{\"transactions\":["
                + "{\"id\":0,\"type\":\"reversal\",\"credits\":-3,\"amount\":null,"
                + "\"currency\":null,\"payment_id\":null,"
                + "\"description\":\"Settlement of credits owed for a returned payment\","
                + "\"generation_id\":null,\"created_at\":0},"
                + "{\"id\":0,\"type\":\"purchase\",\"credits\":10,\"amount\":999,"
                + "\"currency\":\"usd\",\"payment_id\":\""
                + other
                + "\",\"description\":\"Purchase: Starter Pack\",\"generation_id\":null,"
                + "\"created_at\":0},"
                + "{\"id\":0,\"type\":\"reversal\",\"credits\":-7,\"amount\":null,"
                + "\"currency\":null,\"payment_id\":\""
                + session
                + "\",\"description\":\"Reversal: the payment was returned (3 credits owed)\","
                + "\"generation_id\":null,\"created_at\":0}],\"next_cursor\":0}");
  }

  @Test
  void money_of_payments_that_are_not_ours_moves_nothing() {
    api.hears(purchase());

    api.hears(StripeEvent.refunded(StripeEvent.newPayment(), 999));
    api.hears(StripeEvent.withdrawn(StripeEvent.newPayment(), StripeEvent.newDispute(), 999));
    api.hears(StripeEvent.reinstated(StripeEvent.newPayment(), StripeEvent.newDispute(), 999));

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void what_cannot_be_read_or_undone_is_acknowledged_and_moves_nothing() {
    api.hears(purchase());

    api.hears(StripeEvent.refunded(payment, -1));
    api.hears(StripeEvent.refunded(" ", 999));
    api.hears(StripeEvent.withdrawn(payment, "", 999));
    api.hears(StripeEvent.refunded(payment, 999).type("refund.failed"));

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_refund_that_fails_returns_its_credits_and_a_new_one_takes_them_once() {
    api.hears(purchase());

    api.hears(refund("refund.created", "re_1", 500, "pending"));
    api.hears(StripeEvent.refunded(payment, 500));
    has(5);
    api.hears(refund("refund.failed", "re_1", 500, "failed"));
    has(10);
    api.hears(StripeEvent.refunded(payment, 500));
    has(10);
    api.hears(refund("refund.created", "re_2", 500, "pending"));
    api.hears(refund("refund.updated", "re_2", 500, "succeeded"));

    has(5);
    assertThat(api.statement(email))
        .containsExactly("reversal -5", "reversal 5", "reversal -5", "purchase 10");
  }

  @Test
  void a_refund_that_is_cancelled_before_its_beginning_is_heard_of_takes_nothing() {
    api.hears(purchase());

    api.hears(refund("refund.updated", "re_1", 999, "canceled"));
    api.hears(refund("refund.created", "re_1", 999, "pending"));

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  /** Half is refunded, all is disputed, and the bank returns what was refunded. */
  @Test
  void a_dispute_that_is_partially_won_gives_back_only_what_came_back() {
    api.hears(purchase());
    has(10);
    api.hears(StripeEvent.refunded(payment, 500));
    has(5);
    api.hears(StripeEvent.withdrawn(payment, dispute, 999));
    has(0);

    api.hears(disputed("charge.dispute.funds_reinstated", "lost", 999, -999, 500));

    has(0);
  }

  @Test
  void a_part_of_a_dispute_that_comes_back_returns_its_share() {
    api.hears(purchase());
    api.hears(StripeEvent.withdrawn(payment, dispute, 999));

    api.hears(disputed("charge.dispute.funds_reinstated", "lost", 999, -999, 400));

    has(5);
    assertThat(api.statement(email)).containsExactly("reversal 5", "reversal -10", "purchase 10");
  }

  @Test
  void a_second_withdrawal_of_one_dispute_takes_the_credits_again() {
    api.hears(purchase());
    api.hears(StripeEvent.withdrawn(payment, dispute, 999));
    api.hears(StripeEvent.reinstated(payment, dispute, 999));
    has(10);

    api.hears(disputed("charge.dispute.funds_withdrawn", "lost", 999, -999, 999, -999));

    has(0);
  }

  @Test
  void a_dispute_that_is_won_returns_all_whatever_exchange_rates_did() {
    api.hears(purchase());
    api.hears(disputed("charge.dispute.funds_withdrawn", "needs_response", 999, -850));
    has(0);

    api.hears(disputed("charge.dispute.closed", "won", 999, -850, 801));

    has(10);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void money_in_another_currency_than_was_paid_moves_nothing_and_is_acknowledged(boolean before) {
    var foreign =
        disputed("charge.dispute.funds_withdrawn", "needs_response", 780, -780)
            .session(object -> object.put("currency", "gbp"));
    var refund =
        refund("refund.created", "re_1", 780, "succeeded")
            .session(object -> object.put("currency", "gbp"));
    var order =
        before ? List.of(foreign, refund, purchase()) : List.of(purchase(), foreign, refund);

    order.forEach(api::hears);

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_dispute_that_does_not_tell_its_sums_is_asked_for() {
    api.hears(purchase());
    api.stripe.has(StripeEvent.dispute(payment, dispute, 999, -999, 400));

    api.hears(
        StripeEvent.withdrawn(payment, dispute, 999)
            .session(object -> object.remove("balance_transactions")));

    has(5);
  }

  @Test
  void while_stripe_does_not_tell_of_a_dispute_its_event_is_to_be_sent_again() {
    api.hears(purchase());
    var silent =
        StripeEvent.withdrawn(payment, dispute, 999)
            .session(object -> object.remove("balance_transactions"));

    var refused = api.webhook(silent);
    var before = api.balance(email);
    api.stripe.has(StripeEvent.dispute(payment, dispute, 999, -999));
    api.hears(silent);

    assertThat(refused.refusal()).isEqualTo("503 TEMPORARILY_UNAVAILABLE");
    assertThat(before).isEqualTo(10);
    has(0);
  }

  @Test
  void a_hundred_deliveries_of_one_refund_take_it_back_once() {
    api.hears(purchase());
    var event = StripeEvent.refunded(payment, 300);

    var answers = Race.of(100, _ -> api.webhook(event));

    assertThat(answers).extracting(Answer::said).containsOnly("200 {\"status\":\"success\"}");
    has(7);
    assertThat(api.statement(email)).containsExactly("reversal -3", "purchase 10");
  }

  @Test
  void everything_about_a_payment_at_once_ends_as_one_after_the_other() {
    for (var round = 0; round < 5; round++) {
      var person = Api.somebody();
      var paid = StripeEvent.newPayment();
      var events =
          List.of(
              StripeEvent.completed(StripeEvent.newSession(), person, "starter").charged(paid, 999),
              StripeEvent.refunded(paid, 300),
              StripeEvent.refunded(paid, 100),
              StripeEvent.withdrawn(paid, dispute, 500),
              StripeEvent.reinstated(paid, dispute, 500));

      var answers = Race.of(10, i -> api.webhook(events.get(i % events.size())));

      assertThat(answers).extracting(Answer::status).containsOnly(200);
      assertThat(api.balance(person)).isEqualTo(7);
      assertThat(sum(person)).isEqualTo(7);
    }
  }

  @Test
  void a_refund_while_credits_are_spent_leaves_a_balance_that_adds_up() {
    api.hears(purchase());
    var refund = StripeEvent.refunded(payment, 999);

    var answers = Race.of(6, i -> i == 3 ? api.webhook(refund) : api.generate(email));

    assertThat(answers).extracting(Answer::status).containsOnly(200, 402);
    var drawn = api.statement(email).stream().filter("usage -3"::equals).count();
    has(0);
    api.hears(StripeEvent.completed(StripeEvent.newSession(), email, "pro"));
    has(50 - 3 * (int) drawn);
  }

  private StripeEvent refund(String type, String refund, long cents, String status) {
    return StripeEvent.refund(type, payment, refund + payment, cents, status);
  }

  private StripeEvent disputed(String type, String status, long cents, long... transactions) {
    var json = StripeEvent.dispute(payment, dispute, cents, transactions).put("status", status);
    return StripeEvent.withdrawn(payment, dispute, cents)
        .type(type)
        .event(event -> event.putObject("data").set("object", json));
  }

  private StripeEvent purchase() {
    return StripeEvent.completed(session, email, "starter").charged(payment, 999);
  }

  private void has(int credits) {
    assertThat(api.balance(email)).isEqualTo(credits);
    assertThat(sum(email)).isEqualTo(credits);
  }

  private int sum(String person) {
    return api.entries(person).stream().mapToInt(entry -> entry.path("credits").intValue()).sum();
  }
}
