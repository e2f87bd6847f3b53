package dev.photocredits.stripe;

import com.stripe.exception.SignatureVerificationException;
import com.stripe.net.Webhook;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.stripe.WebhookResult.DisputeChanged;
import dev.photocredits.stripe.WebhookResult.MoneyReturned;
import dev.photocredits.stripe.WebhookResult.NotAnEvent;
import dev.photocredits.stripe.WebhookResult.NotYetPaid;
import dev.photocredits.stripe.WebhookResult.OfAnotherStage;
import dev.photocredits.stripe.WebhookResult.Other;
import dev.photocredits.stripe.WebhookResult.Paid;
import dev.photocredits.stripe.WebhookResult.Unusable;
import dev.photocredits.values.SessionId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads Stripe's calls of the webhook. It verifies the signature before it parses the JSON. It
 * reads only the fields that we need, by name, and so understands events of any API version.
 */
public final class StripeWebhook {
  /** The maximum age of a signature, the same as in Stripe's own libraries. */
  private static final long TOLERANCE_SECONDS = 300;

  /** The types of events that the endpoint at Stripe has to send. */
  public static final List<String> EVENT_TYPES =
      Stream.concat(
              StripeHistory.TYPES.stream(), Stream.of("checkout.session.async_payment_failed"))
          .toList();

  private final List<String> secrets;
  private final Ownership ownership;
  private final Clock clock;

  /**
   * Reads events that are signed with one of the given secrets.
   *
   * @param secrets the endpoint's signing secrets ({@code whsec_…}): one, or the old and the new
   *     one during a rotation
   */
  StripeWebhook(List<String> secrets, Ownership ownership, Clock clock) {
    this.secrets = List.copyOf(secrets);
    this.ownership = ownership;
    this.clock = clock;
  }

  /**
   * Reads events that are signed with a secret in {@code STRIPE_WEBHOOK_SECRET}. Throws {@link
   * InvalidSetting} if {@code STRIPE_SECRET_KEY} is set and its mode is not that of this stage,
   * because then the events have the wrong mode, too.
   */
  public static StripeWebhook of(Environment environment, Clock clock) {
    StripeKey.checkIfPresent(environment);
    return new StripeWebhook(
        environment.list("STRIPE_WEBHOOK_SECRET"), Ownership.of(environment), clock);
  }

  /**
   * Reads an event. Returns {@link NotAnEvent} unless the signature is a valid one of Stripe's over
   * exactly these bytes.
   */
  public WebhookResult read(byte[] body, Optional<String> signature) {
    if (signature.isEmpty()) {
      return new NotAnEvent("no signature");
    }
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return isGenuine(text, signature.get())
          ? event(StripeJson.parse(text), ownership)
          : new NotAnEvent("bad signature");
    } catch (CharacterCodingException _) {
      return new NotAnEvent("not UTF-8");
    } catch (MalformedJson _) {
      return new NotAnEvent("not JSON");
    }
  }

  /** The id, type and object id of the event in a body that {@link #read} has accepted. */
  public static ProviderEvent about(byte[] body) {
    return about(StripeJson.parse(new String(body, StandardCharsets.UTF_8)));
  }

  static ProviderEvent about(StripeJson event) {
    return new ProviderEvent(
        event.text("id"), event.text("type"), event.at("data").at("object").id());
  }

  /** Primes the class before a snapshot: it reads a synthetic, signed event without effect. */
  public void prime() {
    try {
      var event = "{\"type\":\"nothing\"}";
      var signature = Webhook.Signature.generateSignatureHeader(event, secrets.getFirst());
      var _ = read(event.getBytes(StandardCharsets.UTF_8), Optional.of(signature));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has HmacSHA256", e);
    }
  }

  private boolean isGenuine(String body, String signature) {
    return secrets.stream().anyMatch(secret -> isGenuine(body, signature, secret));
  }

  // The library throws many exceptions for a malformed header; all of them mean a bad signature.
  private boolean isGenuine(String body, String signature, String secret) {
    try {
      return Webhook.Signature.verifyHeader(body, signature, secret, TOLERANCE_SECONDS, clock);
    } catch (SignatureVerificationException | RuntimeException _) {
      return false;
    }
  }

  /** Reads an event that is known to come from Stripe. */
  static WebhookResult event(StripeJson event, Ownership ownership) {
    var id = event.text("id");
    var type = event.text("type");
    if (!event.isObject() || type.isEmpty()) {
      return new NotAnEvent("no type");
    }
    var object = event.at("data").at("object");
    if (ownership.isOfAnotherStage(object)) {
      return new OfAnotherStage(id);
    }
    var objection = ownership.objection(event);
    if (objection.isPresent() && StripeHistory.TYPES.contains(type)) {
      return new Unusable(id, "not an event of ours: " + objection.get());
    }
    return switch (type) {
      case "checkout.session.completed", "checkout.session.async_payment_succeeded" ->
          session(id, created(event), new SessionJson(object), true);
      case "checkout.session.async_payment_failed" ->
          session(id, created(event), new SessionJson(object), false);
      case "charge.refunded" -> update(id, PaymentJson.refunded(object), object);
      case "refund.created", "refund.updated", "refund.failed" ->
          update(id, PaymentJson.refund(object), object);
      case "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated" ->
          dispute(id, object, true);
      case "charge.dispute.closed" -> dispute(id, object, false);
      default -> new Other(id, type);
    };
  }

  private static @Nullable Instant created(StripeJson event) {
    return event
        .number("created")
        .filter(seconds -> seconds == seconds.intValue())
        .map(Instant::ofEpochSecond)
        .orElse(null);
  }

  private static WebhookResult session(
      String eventId, @Nullable Instant created, SessionJson session, boolean mayBePaid) {
    if (!session.isSession()) {
      return new NotAnEvent("no session");
    }
    if (!session.isPayment()) {
      return new Unusable(eventId, "not a session of ours: its mode is not payment");
    }
    if (!mayBePaid || !session.owesNothing()) {
      return new NotYetPaid(eventId, new SessionId(session.id()));
    }
    return session
        .terms()
        .<WebhookResult>map(terms -> new Paid(eventId, created, session.paid(terms)))
        .orElseGet(
            () ->
                new Unusable(
                    eventId,
                    "no user_email, or neither a purchase order nor a known package, in the metadata of "
                        + session.id()));
  }

  // A dispute can be closed before money was withdrawn.
  private static WebhookResult dispute(String eventId, StripeJson object, boolean wasWithdrawn) {
    var dispute = PaymentJson.disputeId(object);
    if (dispute.isEmpty()) {
      return unreadable(eventId, object);
    }
    return PaymentJson.dispute(object)
        .filter(update -> !wasWithdrawn || update.state().firstWithdrawal() > 0)
        .<WebhookResult>map(update -> new MoneyReturned(eventId, update))
        .orElseGet(() -> new DisputeChanged(eventId, dispute.get()));
  }

  private static WebhookResult update(
      String eventId, Optional<PaymentUpdate> update, StripeJson object) {
    return update
        .<WebhookResult>map(money -> new MoneyReturned(eventId, money))
        .orElseGet(() -> unreadable(eventId, object));
  }

  private static WebhookResult unreadable(String eventId, StripeJson object) {
    return new Unusable(
        eventId,
        "no payment, amount or currency in "
            + (object.text("id").isEmpty() ? "an object" : object.text("id")));
  }
}
