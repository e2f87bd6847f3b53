package dev.photocredits.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.exception.SignatureVerificationException;
import com.stripe.net.Webhook;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.SessionId;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.stripe.PaymentEvent.DisputeChanged;
import dev.photocredits.stripe.PaymentEvent.Moved;
import dev.photocredits.stripe.PaymentEvent.NotAnEvent;
import dev.photocredits.stripe.PaymentEvent.NotYetPaid;
import dev.photocredits.stripe.PaymentEvent.OfAnotherStage;
import dev.photocredits.stripe.PaymentEvent.Other;
import dev.photocredits.stripe.PaymentEvent.Paid;
import dev.photocredits.stripe.PaymentEvent.Unusable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what Stripe sends to the webhook: the signature first, the JSON after it. Only the fields
 * that we need are read, by name, so that an event of any API version is understood.
 */
public final class StripeWebhook {
  /** The age at which Stripe's own libraries refuse a signature. */
  private static final long TOLERANCE_SECONDS = 300;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> secrets;
  private final Ownership ownership;
  private final Clock clock;

  /**
   * Reads what was signed with one of those secrets.
   *
   * @param secrets the endpoint's signing secrets ({@code whsec_…}): one, or the old and the new
   *     one while they are exchanged
   */
  StripeWebhook(List<String> secrets, Ownership ownership, Clock clock) {
    this.secrets = List.copyOf(secrets);
    this.ownership = ownership;
    this.clock = clock;
  }

  /**
   * Reads what was signed with a secret of {@code STRIPE_WEBHOOK_SECRET}. Throws {@link
   * InvalidSetting} for a {@code STRIPE_SECRET_KEY} beside it that is not of this stage's mode:
   * then the events are not, either.
   */
  public static StripeWebhook of(Environment environment, Clock clock) {
    StripeKey.checkIfPresent(environment);
    return new StripeWebhook(
        environment.list("STRIPE_WEBHOOK_SECRET"), Ownership.of(environment), clock);
  }

  /** What the body tells, if its signature is one of Stripe's over exactly these bytes. */
  public PaymentEvent read(byte[] body, Optional<String> signature) {
    if (signature.isEmpty()) {
      return new NotAnEvent("no signature");
    }
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return isGenuine(text, signature.get())
          ? event(JSON.readTree(text), ownership)
          : new NotAnEvent("bad signature");
    } catch (CharacterCodingException _) {
      return new NotAnEvent("not UTF-8");
    } catch (JsonProcessingException _) {
      return new NotAnEvent("not JSON");
    }
  }

  /**
   * Which event the body holds. It must be one that was read before: anything else throws {@link
   * UncheckedIOException}.
   */
  public static ProviderEvent about(byte[] body) {
    try {
      return about(JSON.readTree(body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ProviderEvent about(JsonNode event) {
    return new ProviderEvent(
        event.path("id").asText(""),
        event.path("type").asText(""),
        PaymentJson.id(event.path("data").path("object").path("id")));
  }

  /** Reads an event of our own making that tells nothing, so that the next is not the first. */
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

  // The library throws whatever it stumbles over when a header is malformed: all of it is refused.
  private boolean isGenuine(String body, String signature, String secret) {
    try {
      return Webhook.Signature.verifyHeader(body, signature, secret, TOLERANCE_SECONDS, clock);
    } catch (SignatureVerificationException | RuntimeException _) {
      return false;
    }
  }

  /** What an event tells that is known to be Stripe's. */
  static PaymentEvent event(JsonNode event, Ownership ownership) {
    var id = event.path("id").asText("");
    var type = event.path("type").asText("");
    if (!event.isObject() || type.isEmpty()) {
      return new NotAnEvent("no type");
    }
    var object = event.path("data").path("object");
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
      case "charge.refunded" -> moved(id, PaymentJson.refunded(object), object);
      case "refund.created", "refund.updated", "refund.failed" ->
          moved(id, PaymentJson.refund(object), object);
      case "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated" ->
          dispute(id, object, true);
      case "charge.dispute.closed" -> dispute(id, object, false);
      default -> new Other(id, type);
    };
  }

  private static @Nullable Instant created(JsonNode event) {
    var created = event.path("created");
    return created.isIntegralNumber() && created.canConvertToInt()
        ? Instant.ofEpochSecond(created.intValue())
        : null;
  }

  private static PaymentEvent session(
      String eventId, @Nullable Instant created, SessionJson session, boolean mayBePaid) {
    if (!session.isSession()) {
      return new NotAnEvent("no session");
    }
    if (!session.isPayment()) {
      return new Unusable(eventId, "not a session of ours: its mode is another one");
    }
    if (!mayBePaid || !session.owesNothing()) {
      return new NotYetPaid(eventId, new SessionId(session.id()));
    }
    return session
        .terms()
        .<PaymentEvent>map(terms -> new Paid(eventId, created, session.paid(terms)))
        .orElseGet(
            () ->
                new Unusable(
                    eventId,
                    "no user_email, or neither a purchase order nor a known package, in the metadata of "
                        + session.id()));
  }

  // A dispute may be closed before anything was withdrawn.
  private static PaymentEvent dispute(String eventId, JsonNode object, boolean wasWithdrawn) {
    var dispute = PaymentJson.disputeId(object);
    if (dispute.isEmpty()) {
      return unreadable(eventId, object);
    }
    return PaymentJson.dispute(object)
        .filter(moved -> !wasWithdrawn || moved.state().firstWithdrawal() > 0)
        .<PaymentEvent>map(moved -> new Moved(eventId, moved))
        .orElseGet(() -> new DisputeChanged(eventId, dispute.get()));
  }

  private static PaymentEvent moved(String eventId, Optional<MoneyMoved> money, JsonNode object) {
    return money
        .<PaymentEvent>map(moved -> new Moved(eventId, moved))
        .orElseGet(() -> unreadable(eventId, object));
  }

  private static PaymentEvent unreadable(String eventId, JsonNode object) {
    return new Unusable(
        eventId, "no payment, amount or currency in " + object.path("id").asText("an object"));
  }
}
