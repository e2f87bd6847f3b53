package dev.photocredits.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.exception.SignatureVerificationException;
import com.stripe.net.Webhook;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.SessionId;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.stripe.PaymentEvent.NotAnEvent;
import dev.photocredits.stripe.PaymentEvent.NotYetPaid;
import dev.photocredits.stripe.PaymentEvent.Other;
import dev.photocredits.stripe.PaymentEvent.Paid;
import dev.photocredits.stripe.PaymentEvent.Unusable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what Stripe sends to the webhook: the signature first, the JSON after it. Only the fields
 * that we need are read, by name, so that an event of any API version is understood.
 */
public final class StripeWebhook {
  /** The age at which Stripe's own libraries refuse a signature. */
  private static final long TOLERANCE_SECONDS = 300;

  private static final Set<String> MAY_BE_PAID =
      Set.of("checkout.session.completed", "checkout.session.async_payment_succeeded");
  private static final Set<String> NOTHING_OWED = Set.of("paid", "no_payment_required");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String secret;
  private final Clock clock;

  /**
   * Reads what was signed with that secret.
   *
   * @param secret the endpoint's signing secret ({@code whsec_…})
   */
  public StripeWebhook(String secret, Clock clock) {
    this.secret = secret;
    this.clock = clock;
  }

  /** What the body tells, if its signature is one of Stripe's over exactly these bytes. */
  public PaymentEvent read(byte[] body, Optional<String> signature) {
    if (signature.isEmpty()) {
      return new NotAnEvent("no signature");
    }
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return isGenuine(text, signature.get())
          ? event(JSON.readTree(text))
          : new NotAnEvent("bad signature");
    } catch (CharacterCodingException _) {
      return new NotAnEvent("not UTF-8");
    } catch (JsonProcessingException _) {
      return new NotAnEvent("not JSON");
    }
  }

  // The library throws whatever it stumbles over when a header is malformed: all of it is refused.
  private boolean isGenuine(String body, String signature) {
    try {
      return Webhook.Signature.verifyHeader(body, signature, secret, TOLERANCE_SECONDS, clock);
    } catch (SignatureVerificationException | RuntimeException _) {
      return false;
    }
  }

  private static PaymentEvent event(JsonNode event) {
    var id = event.path("id").asText("");
    var type = event.path("type").asText("");
    if (!event.isObject() || type.isEmpty()) {
      return new NotAnEvent("no type");
    }
    if (!MAY_BE_PAID.contains(type)) {
      return new Other(id, type);
    }
    var session = event.path("data").path("object");
    var sessionId = session.path("id").asText("");
    if (!session.isObject() || sessionId.isBlank()) {
      return new NotAnEvent("no session");
    }
    return NOTHING_OWED.contains(session.path("payment_status").asText(""))
        ? paid(id, new SessionId(sessionId), session)
        : new NotYetPaid(id, new SessionId(sessionId));
  }

  private static PaymentEvent paid(String eventId, SessionId id, JsonNode session) {
    var metadata = session.path("metadata");
    var email = Email.parse(metadata.path("user_email").asText(""));
    if (email.isEmpty()) {
      return new Unusable(eventId, "no usable user_email in the metadata of " + id.value());
    }
    var pack = CreditPackage.find(metadata.path("package").asText(""));
    if (pack.isEmpty()) {
      return new Unusable(eventId, "no known package in the metadata of " + id.value());
    }
    return new Paid(
        eventId, new PaidSession(id, email.get(), pack.get(), paid(session, pack.get())));
  }

  // What the customer paid where a discount made it less than the price; no other figure counts.
  private static Money paid(JsonNode session, CreditPackage pack) {
    var total = session.path("amount_total");
    var plausible =
        total.isIntegralNumber()
            && total.canConvertToLong()
            && total.longValue() >= 0
            && total.longValue() <= pack.price().minorUnits()
            && session.path("currency").asText("").equals(pack.price().currency());
    return plausible ? new Money(total.longValue(), pack.price().currency()) : pack.price();
  }
}
