package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.StripeClient;
import com.stripe.net.ApiResource.RequestMethod;
import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.LookupUnavailable;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.payments.PaymentsUnavailable;

/** {@link PaymentLookup} at Stripe. */
public final class StripeLookup implements PaymentLookup {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StripeCalls stripe;

  private StripeLookup(StripeCalls stripe) {
    this.stripe = stripe;
  }

  /**
   * The account of {@code STRIPE_SECRET_KEY} at {@code STRIPE_API_BASE}. Throws {@link
   * InvalidSetting} for a key that is not of this stage's mode.
   */
  public static StripeLookup of(Environment environment) {
    return new StripeLookup(StripeCalls.of(environment));
  }

  @Override
  public MoneyMoved dispute(DisputeId id) {
    try {
      return stripe.ask("tell of a dispute", client -> dispute(client, id));
    } catch (PaymentsUnavailable e) {
      throw new LookupUnavailable(e);
    }
  }

  private static MoneyMoved dispute(StripeClient client, DisputeId id) throws Exception {
    var path = "/v1/disputes/" + id.value();
    return PaymentJson.dispute(
            JSON.readTree(client.rawRequest(RequestMethod.GET, path, null).body()))
        .orElseThrow(() -> new IllegalStateException("a dispute without its sums"));
  }
}
