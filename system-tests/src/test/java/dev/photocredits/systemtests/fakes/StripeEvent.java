package dev.photocredits.systemtests.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A webhook event of Stripe, before it is signed. */
public final class StripeEvent {
  private static final AtomicInteger IDS = new AtomicInteger();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode event;

  private StripeEvent(ObjectNode event) {
    this.event = event;
  }

  /** A new id of a checkout session. */
  public static String newSession() {
    return "cs_test_event_" + IDS.incrementAndGet();
  }

  /** A new id of a payment intent. */
  public static String newPayment() {
    return "pi_event_" + IDS.incrementAndGet();
  }

  /** A new id of a dispute. */
  public static String newDispute() {
    return "du_event_" + IDS.incrementAndGet();
  }

  /** The session was completed and paid. Each call gives another event id. */
  public static StripeEvent completed(String session, String email, String pack) {
    var object =
        JSON.createObjectNode()
            .put("id", session)
            .put("object", "checkout.session")
            .put("mode", "payment")
            .put("payment_status", "paid")
            .put("currency", "usd");
    object.putObject("metadata").put("user_email", email).put("package", pack).put("credits", "10");
    return of("checkout.session.completed", object);
  }

  /** The refunds of the payment are this many cents in total. */
  public static StripeEvent refunded(String payment, long cents) {
    return of(
        "charge.refunded",
        JSON.createObjectNode()
            .put("id", "ch_" + payment)
            .put("object", "charge")
            .put("amount", 999)
            .put("amount_refunded", cents)
            .put("currency", "usd")
            .put("payment_intent", payment));
  }

  /** A dispute withdrew this many cents of the payment. */
  public static StripeEvent withdrawn(String payment, String dispute, long cents) {
    return of("charge.dispute.funds_withdrawn", dispute(payment, dispute, cents, -cents));
  }

  /** The money of the dispute was reinstated. */
  public static StripeEvent reinstated(String payment, String dispute, long cents) {
    return of("charge.dispute.funds_reinstated", dispute(payment, dispute, cents, -cents, cents));
  }

  /** A refund of this many cents has this status; {@code type} is that of the event. */
  public static StripeEvent refund(
      String type, String payment, String refund, long cents, String status) {
    return of(
        type,
        JSON.createObjectNode()
            .put("id", refund)
            .put("object", "refund")
            .put("amount", cents)
            .put("currency", "usd")
            .put("payment_intent", payment)
            .put("status", status));
  }

  /** A dispute over this many cents, with its balance transactions in cents. */
  public static ObjectNode dispute(
      String payment, String dispute, long cents, long... transactions) {
    var json =
        JSON.createObjectNode()
            .put("id", dispute)
            .put("object", "dispute")
            .put("amount", cents)
            .put("currency", "usd")
            .put("payment_intent", payment)
            .put("status", "needs_response");
    var list = json.putArray("balance_transactions");
    for (var amount : transactions) {
      list.addObject()
          .put("object", "balance_transaction")
          .put("amount", amount)
          .put("currency", "usd")
          .put("fee", amount < 0 ? 1500 : 0)
          .put("net", amount < 0 ? amount - 1500 : amount);
    }
    return json;
  }

  private static StripeEvent of(String type, ObjectNode object) {
    var event =
        JSON.createObjectNode()
            .put("id", "evt_" + IDS.incrementAndGet())
            .put("object", "event")
            .put("api_version", "2026-01-28.clover")
            .put("type", type);
    event.putObject("data").set("object", object);
    return new StripeEvent(event);
  }

  /** Sets the payment intent and the total of the session, in cents. */
  public StripeEvent charged(String payment, long cents) {
    return session(session -> session.put("payment_intent", payment).put("amount_total", cents));
  }

  public StripeEvent type(String type) {
    event.put("type", type);
    return this;
  }

  public StripeEvent paymentStatus(String status) {
    return session(session -> session.put("payment_status", status));
  }

  public StripeEvent metadata(String name, String value) {
    return session(session -> session.withObjectProperty("metadata").put(name, value));
  }

  public StripeEvent session(Consumer<ObjectNode> change) {
    change.accept(event.withObjectProperty("data").withObjectProperty("object"));
    return this;
  }

  public StripeEvent event(Consumer<ObjectNode> change) {
    change.accept(event);
    return this;
  }

  ObjectNode json() {
    return event;
  }

  public String body() {
    return event.toString();
  }

  /** The signature header that Stripe sends. */
  public static String signature(String body, String secret, Instant at) {
    return "t=" + at.getEpochSecond() + ",v1=" + v1(body, secret, at);
  }

  /** The signature itself: HMAC-SHA256 over the time, a dot and the body, in hexadecimal. */
  public static String v1(String body, String secret, Instant at) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
      var signed = mac.doFinal((at.getEpochSecond() + "." + body).getBytes(UTF_8));
      return HexFormat.of().formatHex(signed);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has HMAC-SHA256", e);
    }
  }
}
