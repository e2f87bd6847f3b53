package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Checkout Session: what it sells, and its progress. Times are in seconds since 1970. {@code
 * number} increases with every new session.
 */
public record CheckoutSession(
    String id,
    long number,
    String apiVersion,
    Order order,
    long created,
    long expiresAt,
    Progress progress) {
  enum Status {
    OPEN,
    COMPLETE,
    EXPIRED;

    @JsonValue
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  enum PaymentStatus {
    UNPAID,
    PAID,
    NO_PAYMENT_REQUIRED;

    @JsonValue
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * An event that a change of the session caused. It is stored in the session, so that one write
   * records both the change and its event. {@code object} is a snapshot of the event's object, or
   * null if that is the session.
   */
  record Caused(String eventId, String type, @Nullable ObjectNode object) {}

  /**
   * {@code settlesAt} is when a delayed payment arrives, in milliseconds since 1970, or null if
   * none is pending. {@code charge} is null until the session is paid.
   */
  record Progress(
      Status status,
      PaymentStatus payment,
      @Nullable String paymentIntent,
      @Nullable Long settlesAt,
      @Nullable Charge charge,
      List<Caused> events) {}

  public CheckoutSession {
    var paymentIntent = progress.paymentIntent;
    if (progress.payment == PaymentStatus.PAID
        && progress.charge == null
        && paymentIntent != null) {
      // The file is from a version that did not store charges.
      progress =
          new Progress(
              progress.status,
              progress.payment,
              paymentIntent,
              progress.settlesAt,
              Charge.of(paymentIntent, order, created),
              progress.events);
    }
  }

  static CheckoutSession opened(
      String id, long number, String apiVersion, Order order, long created, long expiresAt) {
    var payment = order.total() == 0 ? PaymentStatus.NO_PAYMENT_REQUIRED : PaymentStatus.UNPAID;
    return new CheckoutSession(
        id,
        number,
        apiVersion,
        order,
        created,
        expiresAt,
        new Progress(Status.OPEN, payment, null, null, null, List.of()));
  }

  boolean isOpen() {
    return progress.status == Status.OPEN;
  }

  boolean isComplete() {
    return progress.status == Status.COMPLETE;
  }

  boolean awaitsPayment() {
    return isComplete() && progress.settlesAt != null;
  }

  /** Completes the session. Unless it is free, it is paid at {@code now}, in seconds since 1970. */
  CheckoutSession paid(String paymentIntent, long now, String eventId) {
    var free = progress.payment == PaymentStatus.NO_PAYMENT_REQUIRED;
    return with(
        new Progress(
            Status.COMPLETE,
            free ? progress.payment : PaymentStatus.PAID,
            free ? null : paymentIntent,
            null,
            free ? null : Charge.of(paymentIntent, order, now),
            causing(eventId, "checkout.session.completed")));
  }

  CheckoutSession completedUnpaid(String paymentIntent, long settlesAt, String eventId) {
    return with(
        new Progress(
            Status.COMPLETE,
            PaymentStatus.UNPAID,
            paymentIntent,
            settlesAt,
            null,
            causing(eventId, "checkout.session.completed")));
  }

  /** Records that the delayed payment arrived at {@code now}, in seconds since 1970. */
  CheckoutSession settled(long now, String eventId) {
    var paymentIntent = Objects.requireNonNull(progress.paymentIntent, "paymentIntent");
    return with(
        new Progress(
            Status.COMPLETE,
            PaymentStatus.PAID,
            paymentIntent,
            null,
            Charge.of(paymentIntent, order, now),
            causing(eventId, "checkout.session.async_payment_succeeded")));
  }

  CheckoutSession bounced(String eventId) {
    return with(
        new Progress(
            Status.COMPLETE,
            PaymentStatus.UNPAID,
            progress.paymentIntent,
            null,
            null,
            causing(eventId, "checkout.session.async_payment_failed")));
  }

  CheckoutSession expired(String eventId) {
    return with(
        new Progress(
            Status.EXPIRED,
            progress.payment,
            null,
            null,
            null,
            causing(eventId, "checkout.session.expired")));
  }

  /** Adds another event {@code checkout.session.completed}, without changing the state. */
  CheckoutSession completedAgain(String eventId) {
    return with(
        new Progress(
            progress.status,
            progress.payment,
            progress.paymentIntent,
            progress.settlesAt,
            progress.charge,
            causing(eventId, "checkout.session.completed")));
  }

  /** The charge. Fails if the session has none. */
  Charge charge() {
    if (progress.charge == null) {
      throw StripeError.invalid(
          null,
          "payment_intent",
          "The payment of Checkout Session " + id + " does not have a successful charge.");
    }
    return progress.charge;
  }

  boolean hasCharge(String id) {
    return progress.charge != null && progress.charge.id().equals(id);
  }

  /** Replaces the charge, and adds an event about {@code object}. */
  CheckoutSession charged(Charge next, String eventId, String type, ObjectNode object) {
    return with(
        new Progress(
            progress.status,
            progress.payment,
            progress.paymentIntent,
            progress.settlesAt,
            next,
            causing(new Caused(eventId, type, object))));
  }

  private List<Caused> causing(String eventId, String type) {
    return causing(new Caused(eventId, type, null));
  }

  private List<Caused> causing(Caused caused) {
    return Stream.concat(progress.events.stream(), Stream.of(caused)).toList();
  }

  private CheckoutSession with(Progress next) {
    return new CheckoutSession(id, number, apiVersion, order, created, expiresAt, next);
  }

  /** Stripe's JSON of this session. It has the page's URL while the session is open. */
  ObjectNode json(URI baseUrl, @Nullable Customer customer) {
    var total = order.total();
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("object", "checkout.session")
            .putNull("after_expiration")
            .putNull("allow_promotion_codes")
            .put("amount_subtotal", total)
            .put("amount_total", total)
            .putNull("billing_address_collection")
            .put("cancel_url", order.cancelUrl())
            .put("client_reference_id", order.clientReferenceId())
            .putNull("consent")
            .put("created", created)
            .put("currency", order.currency())
            .put("customer", order.customer())
            .put("customer_creation", "if_required")
            .putNull("customer_email")
            .put("expires_at", expiresAt)
            .putNull("invoice")
            .put("livemode", false)
            .putNull("locale")
            .put("mode", "payment")
            .put("payment_intent", progress.paymentIntent)
            .putNull("payment_link")
            .put("payment_method_collection", "if_required")
            .put("payment_status", progress.payment.word())
            .putNull("recovered_from")
            .putNull("setup_intent")
            .put("status", progress.status.word())
            .putNull("submit_type")
            .putNull("subscription")
            .put("success_url", order.successUrl())
            .put("ui_mode", "hosted")
            .put("url", isOpen() ? baseUrl + CheckoutPage.path(id) : null);
    json.putObject("automatic_tax").put("enabled", false).putNull("status");
    json.putArray("custom_fields");
    if (customer == null) {
      json.putNull("customer_details");
    } else {
      json.putObject("customer_details")
          .put("email", customer.email())
          .put("name", customer.name())
          .put("phone", customer.phone())
          .put("tax_exempt", "none");
    }
    order.metadata().forEach(json.putObject("metadata")::put);
    json.putArray("payment_method_types").add("card");
    json.putArray("shipping_options");
    json.putObject("total_details")
        .put("amount_discount", 0)
        .put("amount_shipping", 0)
        .put("amount_tax", 0);
    return json;
  }

  /** Stripe's JSON of the payment intent. The session must have one. */
  ObjectNode paymentIntentJson() {
    var paid = progress.payment == PaymentStatus.PAID;
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", progress.paymentIntent)
            .put("object", "payment_intent")
            .put("amount", order.total())
            .put("amount_received", paid ? order.total() : 0)
            .put("created", created)
            .put("currency", order.currency())
            .put("customer", order.customer())
            .put("latest_charge", progress.charge == null ? null : progress.charge.id())
            .put("livemode", false)
            .put(
                "status",
                paid ? "succeeded" : awaitsPayment() ? "processing" : "requires_payment_method");
    order.paymentMetadata().forEach(json.putObject("metadata")::put);
    return json;
  }
}
