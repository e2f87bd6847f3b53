package dev.photocredits.stripe;

import static dev.photocredits.stripe.FakeStripe.answering;
import static dev.photocredits.stripe.FakeStripe.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.lambda.Environment;
import dev.photocredits.payments.LookupUnavailable;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StripeLookupTest {
  private static final DisputeId ID = new DisputeId("du_1");

  private static final String DISPUTE =
      """
      {
        "id": "du_1",
        "object": "dispute",
        "amount": 999,
        "balance_transactions": [{"amount": -999, "currency": "usd", "fee": 1500, "net": -2499}],
        "currency": "usd",
        "payment_intent": "pi_1",
        "status": "needs_response"
      }
      """;

  @Test
  void a_dispute_is_told_as_it_is_now() {
    try (var stripe = answering(json(200, DISPUTE))) {

      var dispute = lookup(stripe).dispute(ID);

      assertThat(dispute)
          .isEqualTo(
              new MoneyMoved.Dispute(
                  new PaymentIntentId("pi_1"), ID, new DisputeState(Money.usd(999), 999, 999, 0)));
      assertThat(stripe.calls().getFirst().path()).isEqualTo("/v1/disputes/du_1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "not JSON", ""})
  void an_answer_that_does_not_tell_the_sums_is_unavailable(String body) {
    try (var stripe = answering(json(200, body))) {
      var lookup = lookup(stripe);

      assertThatThrownBy(() -> lookup.dispute(ID)).isInstanceOf(LookupUnavailable.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 404, 429, 500})
  void a_refusal_is_unavailable(int status) {
    try (var stripe = answering(json(status, "{\"error\": {\"type\": \"api_error\"}}"))) {
      var lookup = lookup(stripe);

      assertThatThrownBy(() -> lookup.dispute(ID)).isInstanceOf(LookupUnavailable.class);
    }
  }

  private static StripeLookup lookup(FakeStripe stripe) {
    return StripeLookup.of(
        new Environment(
            Map.of(
                "STRIPE_SECRET_KEY",
                StripePaymentsTest.KEY,
                "STRIPE_API_BASE",
                stripe.url().toString())));
  }
}
