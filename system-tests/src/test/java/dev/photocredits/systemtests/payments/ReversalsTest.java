package dev.photocredits.systemtests.payments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.ledger.Race;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.SharedApi;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Refunds and disputes at Stripe reverse credits. */
@ExtendWith(SharedApi.class)
final class ReversalsTest {
  private final Api api;
  private final String email = Api.newEmail();
  private final String session = StripeEvent.newSession();
  private final String payment = StripeEvent.newPayment();
  private final String dispute = StripeEvent.newDispute();

  ReversalsTest(Api api) {
    this.api = api;
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "99, 0", "100, 1", "300, 3", "998, 9", "999, 10", "5000, 10"})
  void a_refund_reverses_credits_pro_rata(long cents, int reversed) {
    api.receives(purchase());

    api.receives(StripeEvent.refunded(payment, cents));

    has(10 - reversed);
    assertThat(api.statement(email)).hasSize(reversed == 0 ? 1 : 2).endsWith("purchase 10");
  }

  @Test
  void consecutive_refunds_report_their_sum() {
    api.receives(purchase());

    api.receives(StripeEvent.refunded(payment, 300));
    api.receives(StripeEvent.refunded(payment, 650));
    api.receives(StripeEvent.refunded(payment, 999));

    has(0);
    assertThat(api.statement(email))
        .containsExactly("reversal -4", "reversal -3", "reversal -3", "purchase 10");
  }

  @Test
  void refunds_out_of_order_or_repeated_count_once() {
    api.receives(purchase());
    var second = StripeEvent.refunded(payment, 650);

    api.receives(second);
    api.receives(StripeEvent.refunded(payment, 300));
    api.receives(second);
    api.receives(StripeEvent.refunded(payment, 650));

    has(4);
    assertThat(api.statement(email)).containsExactly("reversal -6", "purchase 10");
  }

  @Test
  void a_refund_that_arrives_before_its_purchase_is_applied_with_the_grant() {
    api.receives(StripeEvent.refunded(payment, 300));

    api.receives(purchase());

    has(7);
    assertThat(api.statement(email)).containsExactly("reversal -3", "purchase 10");
  }

  @Test
  void a_full_refund_before_the_purchase_leaves_no_credits() {
    api.receives(StripeEvent.refunded(payment, 999));

    api.receives(purchase());
    api.receives(purchase());

    has(0);
    assertThat(api.statement(email)).containsExactly("reversal -10", "purchase 10");
  }

  @Test
  void a_won_dispute_returns_the_credits() {
    api.receives(purchase());

    api.receives(StripeEvent.withdrawn(payment, dispute, 999));
    var meanwhile = api.balance(email);
    api.receives(StripeEvent.reinstated(payment, dispute, 999));

    assertThat(meanwhile).isZero();
    has(10);
    assertThat(api.statement(email)).containsExactly("reversal 10", "reversal -10", "purchase 10");
  }

  @Test
  void a_dispute_whose_events_arrive_in_reverse_order_changes_nothing() {
    api.receives(purchase());

    api.receives(StripeEvent.reinstated(payment, dispute, 999));
    api.receives(StripeEvent.withdrawn(payment, dispute, 999));

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_refund_and_a_dispute_of_one_payment_reverse_it_once() {
    api.receives(purchase());

    api.receives(StripeEvent.withdrawn(payment, dispute, 999));
    api.receives(StripeEvent.refunded(payment, 999));

    has(0);
    assertThat(api.statement(email)).containsExactly("reversal -10", "purchase 10");
  }

  @Test
  void spent_credits_become_a_debt_that_the_next_purchase_settles() {
    api.receives(purchase());
    assertThat(api.generate(email).status()).isEqualTo(200);

    api.receives(StripeEvent.refunded(payment, 999));
    var owing = api.balance(email);
    var refused = api.generate(email);
    api.buys(email, StripeEvent.newSession());

    assertThat(owing).isZero();
    assertThat(refused.text())
        .isEqualTo(
            "402 {\"detail\":\"Need 3 credits, have 0\",\"error_code\":\"INSUFFICIENT_CREDITS\"}");
    has(7);
    assertThat(api.statement(email))
        .containsExactly("reversal -3", "purchase 10", "reversal -7", "usage -3", "purchase 10");
  }

  @Test
  void a_debt_is_settled_once() {
    api.receives(purchase());
    assertThat(api.generate(email).status()).isEqualTo(200);
    api.receives(StripeEvent.refunded(payment, 999));

    api.buys(email, StripeEvent.newSession());
    api.buys(email, StripeEvent.newSession());

    has(17);
    assertThat(api.statement(email)).startsWith("purchase 10", "reversal -3", "purchase 10");
  }

  @Test
  void a_debt_may_exceed_the_next_purchase() {
    api.receives(StripeEvent.completed(session, email, "pro").charged(payment, 3999));
    for (var i = 0; i < 5; i++) {
      assertThat(api.generate(email).status()).isEqualTo(200);
    }
    api.receives(StripeEvent.refunded(payment, 3999));

    api.buys(email, StripeEvent.newSession());
    var shorter = api.balance(email);
    api.buys(email, StripeEvent.newSession());

    assertThat(shorter).isZero();
    has(5);
    assertThat(api.statement(email))
        .startsWith("reversal -5", "purchase 10", "reversal -10", "purchase 10", "reversal -35");
  }

  @Test
  void a_won_dispute_settles_the_debt_first() {
    api.receives(purchase());
    assertThat(api.generate(email).status()).isEqualTo(200);

    api.receives(StripeEvent.withdrawn(payment, dispute, 999));
    api.receives(StripeEvent.reinstated(payment, dispute, 999));

    has(7);
    assertThat(api.statement(email))
        .containsExactly("reversal -3", "reversal 10", "reversal -7", "usage -3", "purchase 10");
  }

  @Test
  void the_refund_of_a_failed_generation_settles_the_debt_first() {
    api.receives(purchase());
    var refunded = new AtomicBoolean();
    api.gemini.follows(
        _ -> {
          if (!refunded.getAndSet(true)) {
            api.receives(StripeEvent.refunded(payment, 999));
          }
          return FakeGemini.noCandidates();
        });

    var response = api.generate(email);

    assertThat(response.status()).isEqualTo(500);
    has(0);
    assertThat(api.statement(email))
        .containsExactly("reversal -3", "refund 3", "reversal -7", "usage -3", "purchase 10");
    api.buys(email, StripeEvent.newSession());
    has(10);
  }

  @Test
  void the_statement_shows_reversals_with_all_fields_of_a_transaction() {
    api.receives(purchase());
    assertThat(api.generate(email).status()).isEqualTo(200);
    api.receives(StripeEvent.refunded(payment, 999));
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
  void refunds_of_foreign_payments_change_nothing() {
    api.receives(purchase());

    api.receives(StripeEvent.refunded(StripeEvent.newPayment(), 999));
    api.receives(StripeEvent.withdrawn(StripeEvent.newPayment(), StripeEvent.newDispute(), 999));
    api.receives(StripeEvent.reinstated(StripeEvent.newPayment(), StripeEvent.newDispute(), 999));

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void events_that_cannot_be_read_or_applied_are_acknowledged_and_change_nothing() {
    api.receives(purchase());

    api.receives(StripeEvent.refunded(payment, -1));
    api.receives(StripeEvent.refunded(" ", 999));
    api.receives(StripeEvent.withdrawn(payment, "", 999));
    api.receives(StripeEvent.refunded(payment, 999).type("refund.failed"));

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_failed_refund_returns_its_credits_and_a_new_one_reverses_them_once() {
    api.receives(purchase());

    api.receives(refund("refund.created", "re_1", 500, "pending"));
    api.receives(StripeEvent.refunded(payment, 500));
    has(5);
    api.receives(refund("refund.failed", "re_1", 500, "failed"));
    has(10);
    api.receives(StripeEvent.refunded(payment, 500));
    has(10);
    api.receives(refund("refund.created", "re_2", 500, "pending"));
    api.receives(refund("refund.updated", "re_2", 500, "succeeded"));

    has(5);
    assertThat(api.statement(email))
        .containsExactly("reversal -5", "reversal 5", "reversal -5", "purchase 10");
  }

  @Test
  void a_refund_whose_cancellation_arrives_first_reverses_nothing() {
    api.receives(purchase());

    api.receives(refund("refund.updated", "re_1", 999, "canceled"));
    api.receives(refund("refund.created", "re_1", 999, "pending"));

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  /** Half is refunded, everything is disputed, and the bank returns the refunded half. */
  @Test
  void a_partially_won_dispute_returns_only_the_returned_share() {
    api.receives(purchase());
    has(10);
    api.receives(StripeEvent.refunded(payment, 500));
    has(5);
    api.receives(StripeEvent.withdrawn(payment, dispute, 999));
    has(0);

    api.receives(disputed("charge.dispute.funds_reinstated", "lost", 999, -999, 500));

    has(0);
  }

  @Test
  void a_partly_reinstated_dispute_returns_its_share() {
    api.receives(purchase());
    api.receives(StripeEvent.withdrawn(payment, dispute, 999));

    api.receives(disputed("charge.dispute.funds_reinstated", "lost", 999, -999, 400));

    has(5);
    assertThat(api.statement(email)).containsExactly("reversal 5", "reversal -10", "purchase 10");
  }

  @Test
  void a_second_withdrawal_of_one_dispute_reverses_the_credits_again() {
    api.receives(purchase());
    api.receives(StripeEvent.withdrawn(payment, dispute, 999));
    api.receives(StripeEvent.reinstated(payment, dispute, 999));
    has(10);

    api.receives(disputed("charge.dispute.funds_withdrawn", "lost", 999, -999, 999, -999));

    has(0);
  }

  @Test
  void a_won_dispute_returns_everything_despite_exchange_rates() {
    api.receives(purchase());
    api.receives(disputed("charge.dispute.funds_withdrawn", "needs_response", 999, -850));
    has(0);

    api.receives(disputed("charge.dispute.closed", "won", 999, -850, 801));

    has(10);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_refund_in_another_currency_is_acknowledged_and_changes_nothing(boolean before) {
    var foreign =
        disputed("charge.dispute.funds_withdrawn", "needs_response", 780, -780)
            .session(object -> object.put("currency", "gbp"));
    var refund =
        refund("refund.created", "re_1", 780, "succeeded")
            .session(object -> object.put("currency", "gbp"));
    var events =
        before ? List.of(foreign, refund, purchase()) : List.of(purchase(), foreign, refund);

    events.forEach(api::receives);

    has(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_dispute_without_amounts_is_fetched_from_stripe() {
    api.receives(purchase());
    api.stripe.has(StripeEvent.dispute(payment, dispute, 999, -999, 400));

    api.receives(
        StripeEvent.withdrawn(payment, dispute, 999)
            .session(object -> object.remove("balance_transactions")));

    has(5);
  }

  @Test
  void while_a_dispute_cannot_be_fetched_its_event_is_rejected_for_a_retry() {
    api.receives(purchase());
    var silent =
        StripeEvent.withdrawn(payment, dispute, 999)
            .session(object -> object.remove("balance_transactions"));

    var refused = api.webhook(silent);
    var before = api.balance(email);
    api.stripe.has(StripeEvent.dispute(payment, dispute, 999, -999));
    api.receives(silent);

    assertThat(refused.error()).isEqualTo("503 TEMPORARILY_UNAVAILABLE");
    assertThat(before).isEqualTo(10);
    has(0);
  }

  @Test
  void a_hundred_deliveries_of_one_refund_reverse_it_once() {
    api.receives(purchase());
    var event = StripeEvent.refunded(payment, 300);

    var responses = Race.of(100, _ -> api.webhook(event));

    assertThat(responses)
        .extracting(ApiResponse::text)
        .containsOnly("200 {\"status\":\"success\"}");
    has(7);
    assertThat(api.statement(email)).containsExactly("reversal -3", "purchase 10");
  }

  @Test
  void concurrent_events_of_one_payment_end_like_sequential_ones() {
    for (var round = 0; round < 5; round++) {
      var user = Api.newEmail();
      var paid = StripeEvent.newPayment();
      var events =
          List.of(
              StripeEvent.completed(StripeEvent.newSession(), user, "starter").charged(paid, 999),
              StripeEvent.refunded(paid, 300),
              StripeEvent.refunded(paid, 100),
              StripeEvent.withdrawn(paid, dispute, 500),
              StripeEvent.reinstated(paid, dispute, 500));

      var responses = Race.of(10, i -> api.webhook(events.get(i % events.size())));

      assertThat(responses).extracting(ApiResponse::status).containsOnly(200);
      assertThat(api.balance(user)).isEqualTo(7);
      assertThat(sum(user)).isEqualTo(7);
    }
  }

  @Test
  void a_refund_during_spending_leaves_a_consistent_balance() {
    api.receives(purchase());
    var refund = StripeEvent.refunded(payment, 999);

    var responses = Race.of(6, i -> i == 3 ? api.webhook(refund) : api.generate(email));

    assertThat(responses).extracting(ApiResponse::status).containsOnly(200, 402);
    var generated = api.statement(email).stream().filter("usage -3"::equals).count();
    has(0);
    api.receives(StripeEvent.completed(StripeEvent.newSession(), email, "pro"));
    has(50 - 3 * (int) generated);
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

  private int sum(String user) {
    return api.transactions(user).stream().mapToInt(line -> line.path("credits").intValue()).sum();
  }
}
