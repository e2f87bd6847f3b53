package dev.photocredits.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.net.RequestOptions;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData.ProductData;
import com.stripe.param.checkout.SessionCreateParams.PaymentIntentData;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.SessionId;
import dev.photocredits.lambda.Sha256;
import dev.photocredits.payments.CheckoutSession;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.Payments;
import dev.photocredits.payments.PaymentsUnavailable;
import java.net.URI;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@link Payments} by Stripe. An attempt may take 5 s to connect and 10 s to answer, and is made
 * three times at most with one idempotency key; a call with all its attempts gives up after 12 s,
 * so that the two calls of a checkout fit API Gateway's 30 s.
 */
public final class StripePayments implements Payments {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 10_000;
  private static final int RETRIES = 2;
  private static final Duration CALL = Duration.ofSeconds(12);

  private final StripeClient stripe;
  private final String successUrl;
  private final String cancelUrl;
  private final Duration patience;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private StripePayments(
      StripeClient stripe, String successUrl, String cancelUrl, Duration patience) {
    this.stripe = stripe;
    this.successUrl = successUrl;
    this.cancelUrl = cancelUrl;
    this.patience = patience;
  }

  /**
   * Payments by the account of that key.
   *
   * @param frontend where Stripe sends the customer afterwards
   */
  public static StripePayments open(String secretKey, URI apiBase, URI frontend) {
    return open(secretKey, apiBase, frontend, CALL);
  }

  /** As above, with another patience for a call and all its attempts. */
  static StripePayments open(String secretKey, URI apiBase, URI frontend, Duration patience) {
    var stripe =
        StripeClient.builder()
            .setApiKey(secretKey)
            .setApiBase(withoutTrailingSlash(apiBase))
            .setConnectTimeout(CONNECT_MILLIS)
            .setReadTimeout(READ_MILLIS)
            .setMaxNetworkRetries(RETRIES)
            .build();
    return new StripePayments(
        stripe,
        frontend + "?payment=success&session_id={CHECKOUT_SESSION_ID}",
        frontend + "?payment=cancelled",
        patience);
  }

  @Override
  public CustomerId createCustomer(Email email) {
    var params = CustomerCreateParams.builder().setEmail(email.value()).build();
    var once = RequestOptions.builder().setIdempotencyKey("customer-" + digest(email)).build();
    return patiently(
        "create a customer",
        () -> new CustomerId(stripe.v1().customers().create(params, once).getId()));
  }

  @Override
  public CheckoutSession openSession(
      Email email, CustomerId customer, CreditPackage pack, UUID attempt) {
    var params = params(email, customer, pack);
    var once = RequestOptions.builder().setIdempotencyKey("checkout-" + attempt).build();
    return patiently(
        "open a session",
        () -> {
          var session = stripe.v1().checkout().sessions().create(params, once);
          return new CheckoutSession(new SessionId(session.getId()), new URI(session.getUrl()));
        });
  }

  // No payment_method_types: newer API versions refuse them, and the account's settings decide.
  private SessionCreateParams params(Email email, CustomerId customer, CreditPackage pack) {
    var metadata =
        Map.of(
            "user_email", email.value(),
            "package", pack.key(),
            "credits", Integer.toString(pack.credits().value()));
    var product =
        ProductData.builder()
            .setName(pack.title())
            .setDescription(pack.credits().value() + " credits for AI photo generation")
            .build();
    var price =
        PriceData.builder()
            .setCurrency(pack.price().currency())
            .setUnitAmount(pack.price().minorUnits())
            .setProductData(product)
            .build();
    return SessionCreateParams.builder()
        .setMode(SessionCreateParams.Mode.PAYMENT)
        .setCustomer(customer.value())
        .addLineItem(LineItem.builder().setQuantity(1L).setPriceData(price).build())
        .setSuccessUrl(successUrl)
        .setCancelUrl(cancelUrl)
        .putAllMetadata(metadata)
        // Refunds and disputes carry the payment intent's metadata, not the session's.
        .setPaymentIntentData(PaymentIntentData.builder().putAllMetadata(metadata).build())
        .build();
  }

  private <T> T patiently(String what, Callable<T> call) {
    var answer = threads.submit(call);
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new PaymentsUnavailable("Stripe took too long to " + what, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StripeException refusal) {
        throw new PaymentsUnavailable(
            "Stripe did not %s: status %s, code %s, request %s"
                .formatted(
                    what, refusal.getStatusCode(), refusal.getCode(), refusal.getRequestId()),
            refusal);
      }
      throw new PaymentsUnavailable("Stripe gave no usable answer when asked to " + what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PaymentsUnavailable("interrupted while asking Stripe to " + what, e);
    }
  }

  private static String withoutTrailingSlash(URI base) {
    var text = base.toString();
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  // A digest, since the key stands in Stripe's logs.
  private static String digest(Email email) {
    return HexFormat.of().formatHex(Sha256.of(email.value()));
  }
}
