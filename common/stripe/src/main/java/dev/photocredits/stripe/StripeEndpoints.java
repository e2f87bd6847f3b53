package dev.photocredits.stripe;

import static java.util.Objects.requireNonNullElse;

import com.stripe.exception.StripeException;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.PaymentsUnavailable;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The webhook endpoints of the Stripe account, for a check of the settings. */
public final class StripeEndpoints {
  private final StripeCalls stripe;
  private final URI url;

  private StripeEndpoints(StripeCalls stripe, URI url) {
    this.stripe = stripe;
    this.url = url;
  }

  /**
   * An endpoint of the account.
   *
   * @param isLive whether it receives the events of live mode, which is the mode of the key
   * @param types the types of events that Stripe sends to it; {@code *} means all
   */
  public record Endpoint(String url, boolean isEnabled, boolean isLive, Set<String> types) {
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
    return new StripeEndpoints(StripeCalls.of(environment), StripeCalls.url(environment));
  }

  /** The URL that Stripe is called at. */
  public URI url() {
    return url;
  }

  /** Lists up to 100 endpoints. Throws {@link PaymentsUnavailable} if Stripe does not. */
  public List<Endpoint> list() {
    return read("list webhook endpoints", "/v1/webhook_endpoints?limit=100", "list")
        .items()
        .stream()
        .map(StripeEndpoints::endpoint)
        .toList();
  }

  /**
   * Whether the key is one of live mode, by the balance that Stripe returns for it. Throws {@link
   * PaymentsUnavailable} if Stripe returns none, for example because the key may not read it.
   */
  public boolean isLive() {
    return read("read the balance", "/v1/balance", "balance").flag("livemode").orElse(false);
  }

  /** A refusal of a call. The code is empty if Stripe named none. */
  public record Refusal(int status, String code) {}

  /** Stripe's refusal; empty if there was no response or it was not one of Stripe's. */
  public static Optional<Refusal> refusal(PaymentsUnavailable thrown) {
    return thrown.getCause() instanceof StripeException refusal
            && requireNonNullElse(refusal.getStatusCode(), 0) > 0
        ? Optional.of(
            new Refusal(refusal.getStatusCode(), requireNonNullElse(refusal.getCode(), "")))
        : Optional.empty();
  }

  private StripeJson read(String what, String path, String type) {
    return stripe.call(
        what,
        client -> {
          var object = StripeCalls.get(client, path);
          if (!object.text("object").equals(type)) {
            throw new MalformedJson("no object of the type " + type);
          }
          return object;
        });
  }

  private static Endpoint endpoint(StripeJson endpoint) {
    return new Endpoint(
        endpoint.text("url"),
        endpoint.text("status").equals("enabled"),
        endpoint.flag("livemode").orElse(false),
        Set.copyOf(endpoint.texts("enabled_events")));
  }
}
