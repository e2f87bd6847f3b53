package dev.photocredits.stripe;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.PaymentsUnavailable;
import java.util.List;
import java.util.Set;

/** The webhook endpoints of the Stripe account, for a check of the settings. */
public final class StripeEndpoints {
  private final StripeCalls stripe;

  private StripeEndpoints(StripeCalls stripe) {
    this.stripe = stripe;
  }

  /**
   * An endpoint of the account.
   *
   * @param types the types of events that Stripe sends to it; {@code *} means all
   */
  public record Endpoint(String url, boolean isEnabled, Set<String> types) {
    /** The types that our webhook needs and that this endpoint does not receive. */
    public List<String> missing() {
      return types.contains("*")
          ? List.of()
          : StripeWebhook.EVENT_TYPES.stream().filter(type -> !types.contains(type)).toList();
    }
  }

  /**
   * The endpoints of the account of {@code STRIPE_SECRET_KEY}. Throws {@link InvalidSetting} if the
   * key is missing or its mode is not that of this stage.
   */
  public static StripeEndpoints of(Environment environment) {
    return new StripeEndpoints(StripeCalls.of(environment));
  }

  /** Lists up to 100 endpoints. Throws {@link PaymentsUnavailable} if Stripe does not. */
  public List<Endpoint> list() {
    return stripe.call(
        "list webhook endpoints",
        client ->
            StripeCalls.get(client, "/v1/webhook_endpoints?limit=100").items().stream()
                .map(StripeEndpoints::endpoint)
                .toList());
  }

  private static Endpoint endpoint(StripeJson endpoint) {
    return new Endpoint(
        endpoint.text("url"),
        endpoint.text("status").equals("enabled"),
        Set.copyOf(endpoint.texts("enabled_events")));
  }
}
