package dev.photocredits.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.net.ApiResource.RequestMethod;
import com.stripe.net.RawRequestOptions;
import com.stripe.net.StripeResponse;
import dev.photocredits.checkout.CheckoutSession;
import dev.photocredits.checkout.Payments;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.SessionId;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@link Payments} with the Stripe API. */
public final class StripePayments implements Payments {
  /** Stripe's address, the default of {@code STRIPE_API_BASE}. */
  public static final String API_BASE = "https://api.stripe.com";

  private static final String SESSIONS = "/v1/checkout/sessions";

  private final StripeCalls stripe;
  private final String successUrl;
  private final String cancelUrl;
  private final boolean isAdaptive;

  StripePayments(StripeCalls stripe, URI frontend, boolean isAdaptive) {
    this.stripe = stripe;
    this.successUrl = frontend + "?payment=success&session_id={CHECKOUT_SESSION_ID}";
    this.cancelUrl = frontend + "?payment=cancelled";
    this.isAdaptive = isAdaptive;
  }

  /**
   * Payments to the account of {@code STRIPE_SECRET_KEY} at {@code STRIPE_API_BASE}. Stripe sends
   * customers back to {@code FRONTEND_URL}. They pay in the catalogue's currency, or in their own
   * if {@code STRIPE_ADAPTIVE_PRICING} is {@code true}. Throws {@link InvalidSetting} for a key
   * whose mode is not that of this stage.
   */
  public static StripePayments of(Environment environment) {
    return new StripePayments(
        StripeCalls.of(environment),
        environment.url("FRONTEND_URL", "http://localhost:3000"),
        environment.flag("STRIPE_ADAPTIVE_PRICING", false));
  }

  /**
   * For tests: payments with a time limit of their own.
   *
   * @param timeout the time limit of a call, including all its attempts
   */
  static StripePayments open(String secretKey, URI apiBase, URI frontend, Duration timeout) {
    return new StripePayments(StripeCalls.open(secretKey, apiBase, timeout), frontend, false);
  }

  @Override
  public CustomerOutcome createCustomer(Email email, UUID attempt) {
    var form = Map.of("email", email.value());
    return stripe.call(
        "create a customer",
        client -> {
          try {
            var customer = post(client, "/v1/customers", form, "customer-" + attempt);
            return new CustomerCreated(new CustomerId(customer.requiredText("id")));
          } catch (StripeException refusal) {
            return spent(refusal);
          }
        });
  }

  @Override
  public SessionOutcome openSession(PurchaseOrder order, CustomerId customer) {
    var form = form(order, customer);
    return stripe.call(
        "open a session",
        client -> {
          try {
            var idempotencyKey = "checkout-" + order.id() + "-" + customer.value();
            var session = post(client, SESSIONS, form, idempotencyKey);
            return new SessionOpened(
                new CheckoutSession(
                    new SessionId(session.requiredText("id")),
                    new URI(session.requiredText("url"))));
          } catch (StripeException refusal) {
            return isOfDeletedCustomer(refusal) ? new CustomerDeleted() : spent(refusal);
          }
        });
  }

  private static boolean isOfDeletedCustomer(StripeException refusal) {
    var error = refusal.getStripeError();
    return error != null
        && "resource_missing".equals(error.getCode())
        && "customer".equals(error.getParam());
  }

  /**
   * Recognizes a refusal that every repeat with the same idempotency key would get. Stripe marks a
   * replay of a stored response, whatever its status, and refuses a key that was used with other
   * parameters. Rethrows any other refusal, because a repeat may still succeed: after a key that is
   * in use (409), or a request that Stripe never began.
   */
  private static AttemptFailed spent(StripeException refusal) throws StripeException {
    var error = refusal.getStripeError();
    if (error != null
        && ((refusal.getStatusCode() == 400 && "idempotency_error".equals(error.getType()))
            || isReplay(error.getLastResponse()))) {
      return new AttemptFailed();
    }
    throw refusal;
  }

  private static boolean isReplay(@Nullable StripeResponse response) {
    return response != null
        && response.headers().firstValue("Idempotent-Replayed").map("true"::equals).orElse(false);
  }

  // No payment_method_types: newer API versions refuse it, and the account's settings decide.
  private Map<String, String> form(PurchaseOrder order, CustomerId customer) {
    var sale = order.sale();
    var form = new LinkedHashMap<String, String>();
    form.put("mode", "payment");
    form.put("customer", customer.value());
    form.put("client_reference_id", order.id().toString());
    form.put("adaptive_pricing[enabled]", Boolean.toString(isAdaptive));
    form.put("line_items[0][quantity]", "1");
    var price = "line_items[0][price_data]";
    form.put(price + "[currency]", sale.price().currency());
    form.put(price + "[unit_amount]", Long.toString(sale.price().minorUnits()));
    form.put(price + "[product_data][name]", sale.title());
    form.put(
        price + "[product_data][description]",
        sale.credits().value() + " credits for AI photo generation");
    form.put("success_url", successUrl);
    form.put("cancel_url", cancelUrl);
    // Charges carry the metadata of the payment intent, not that of the session.
    for (var metadata : List.of("metadata", "payment_intent_data[metadata]")) {
      form.put(metadata + "[user_email]", order.owner().value());
      form.put(metadata + "[package]", order.pack());
      form.put(metadata + "[credits]", Integer.toString(sale.credits().value()));
      form.put(metadata + "[" + SessionJson.PURCHASE_ORDER + "]", order.id().toString());
      form.put(metadata + "[" + Ownership.STAGE + "]", order.stage());
    }
    return form;
  }

  // A raw request, because the library's typed API loads 300 classes of parameters, and responses
  // on top of that.
  private static StripeJson post(
      StripeClient client, String path, Map<String, String> form, String idempotencyKey)
      throws StripeException {
    var content =
        form.entrySet().stream()
            .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
            .collect(Collectors.joining("&"));
    var options = RawRequestOptions.builder().setIdempotencyKey(idempotencyKey).build();
    return StripeJson.parse(client.rawRequest(RequestMethod.POST, path, content, options).body());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
