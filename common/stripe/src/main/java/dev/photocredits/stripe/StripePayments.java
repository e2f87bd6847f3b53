package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.StripeClient;
import com.stripe.exception.InvalidRequestException;
import com.stripe.net.RequestOptions;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData.ProductData;
import com.stripe.param.checkout.SessionCreateParams.PaymentIntentData;
import com.stripe.param.checkout.SessionRetrieveParams;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.SessionId;
import dev.photocredits.lambda.Sha256;
import dev.photocredits.payments.CheckoutSession;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FindOutcome;
import dev.photocredits.payments.FindOutcome.NoSuchSession;
import dev.photocredits.payments.FindOutcome.NotTold;
import dev.photocredits.payments.Payments;
import dev.photocredits.payments.PaymentsUnavailable;
import java.net.URI;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/** {@link Payments} by Stripe. */
public final class StripePayments implements Payments {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Stripe's form of a session's id; nothing else is asked for. */
  private static final Pattern SESSION_ID = Pattern.compile("cs_[A-Za-z0-9_]{1,200}");

  private static final SessionRetrieveParams WITH_ITS_PAYMENT =
      SessionRetrieveParams.builder().addExpand("payment_intent").build();

  private final StripeCalls stripe;
  private final String successUrl;
  private final String cancelUrl;

  private StripePayments(StripeCalls stripe, URI frontend) {
    this.stripe = stripe;
    this.successUrl = frontend + "?payment=success&session_id={CHECKOUT_SESSION_ID}";
    this.cancelUrl = frontend + "?payment=cancelled";
  }

  /**
   * Payments by the account of that key.
   *
   * @param frontend where Stripe sends the customer afterwards
   */
  public static StripePayments open(String secretKey, URI apiBase, URI frontend) {
    return new StripePayments(StripeCalls.open(secretKey, apiBase), frontend);
  }

  /** As above, with another patience for a call and all its attempts. */
  static StripePayments open(String secretKey, URI apiBase, URI frontend, Duration patience) {
    return new StripePayments(StripeCalls.open(secretKey, apiBase, patience), frontend);
  }

  @Override
  public CustomerId createCustomer(Email email) {
    var params = CustomerCreateParams.builder().setEmail(email.value()).build();
    var once = RequestOptions.builder().setIdempotencyKey("customer-" + digest(email)).build();
    return stripe.ask(
        "create a customer",
        client -> new CustomerId(client.v1().customers().create(params, once).getId()));
  }

  @Override
  public CheckoutSession openSession(
      Email email, CustomerId customer, CreditPackage pack, UUID attempt) {
    var params = params(email, customer, pack);
    var once = RequestOptions.builder().setIdempotencyKey("checkout-" + attempt).build();
    return stripe.ask(
        "open a session",
        client -> {
          var session = client.v1().checkout().sessions().create(params, once);
          return new CheckoutSession(new SessionId(session.getId()), new URI(session.getUrl()));
        });
  }

  @Override
  public FindOutcome find(SessionId id) {
    if (!SESSION_ID.matcher(id.value()).matches()) {
      return new NoSuchSession();
    }
    try {
      return stripe.ask("find a session", client -> find(client, id));
    } catch (PaymentsUnavailable e) {
      return new NotTold(e);
    }
  }

  private static FindOutcome find(StripeClient client, SessionId id) throws Exception {
    try {
      var session = client.v1().checkout().sessions().retrieve(id.value(), WITH_ITS_PAYMENT);
      var json = new SessionJson(JSON.readTree(session.getLastResponse().body()));
      if (!json.id().equals(id.value())) {
        throw new IllegalStateException("another session than was asked for");
      }
      return json.found().<FindOutcome>map(found -> found).orElseGet(NoSuchSession::new);
    } catch (InvalidRequestException e) {
      if (e.getStatusCode() == 404) {
        return new NoSuchSession();
      }
      throw e;
    }
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

  // A digest, since the key stands in Stripe's logs.
  private static String digest(Email email) {
    return HexFormat.of().formatHex(Sha256.of(email.value()));
  }
}
