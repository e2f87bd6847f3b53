package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.net.ApiResource.RequestMethod;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.PaymentsUnavailable;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The webhook endpoints of the Stripe account, for a check of the settings. */
public final class StripeEndpoints {
  private static final ObjectMapper JSON = new ObjectMapper();

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
            JSON.readTree(
                    client
                        .rawRequest(RequestMethod.GET, "/v1/webhook_endpoints?limit=100", null)
                        .body())
                .path("data")
                .valueStream()
                .map(StripeEndpoints::endpoint)
                .toList());
  }

  private static Endpoint endpoint(JsonNode endpoint) {
    return new Endpoint(
        endpoint.path("url").asText(),
        endpoint.path("status").asText().equals("enabled"),
        endpoint
            .path("enabled_events")
            .valueStream()
            .map(JsonNode::asText)
            .collect(Collectors.toSet()));
  }
}
