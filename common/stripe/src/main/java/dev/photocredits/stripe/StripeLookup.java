package dev.photocredits.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.LookupUnavailable;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.payments.PaymentNotification;
import dev.photocredits.payments.PaymentNotification.Nothing;
import dev.photocredits.payments.PaymentNotification.Paid;
import dev.photocredits.payments.PaymentNotification.Unusable;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.payments.SessionLookupOutcome;
import dev.photocredits.payments.SessionLookupOutcome.LookupFailed;
import dev.photocredits.payments.SessionLookupOutcome.NoSuchSession;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.SessionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@link PaymentLookup} with the Stripe API. */
public final class StripeLookup implements PaymentLookup {
  private final StripeCalls stripe;
  private final Ownership ownership;

  StripeLookup(StripeCalls stripe, Ownership ownership) {
    this.stripe = stripe;
    this.ownership = ownership;
  }

  /**
   * Looks up objects of the account of {@code STRIPE_SECRET_KEY} at {@code STRIPE_API_BASE}. Throws
   * {@link InvalidSetting} for a key whose mode is not that of this stage.
   */
  public static StripeLookup of(Environment environment) {
    return new StripeLookup(StripeCalls.of(environment), Ownership.of(environment));
  }

  @Override
  public PaymentUpdate dispute(DisputeId id) {
    try {
      return stripe.call("retrieve a dispute", client -> dispute(client, id));
    } catch (PaymentsUnavailable e) {
      throw new LookupUnavailable(e);
    }
  }

  private static PaymentUpdate dispute(StripeClient client, DisputeId id) throws StripeException {
    return required(
        PaymentJson.dispute(StripeCalls.get(client, "/v1/disputes/" + id.value())), "a dispute");
  }

  @Override
  public SessionLookupOutcome find(SessionId id) {
    // An id from a caller must not become part of a Stripe URL unless it is well-formed.
    if (SessionId.parse(id.value()).isEmpty()) {
      return new NoSuchSession();
    }
    try {
      return stripe.call("find a session", client -> find(client, id));
    } catch (PaymentsUnavailable e) {
      return new LookupFailed(e);
    }
  }

  private SessionLookupOutcome find(StripeClient client, SessionId id) throws StripeException {
    try {
      var path = "/v1/checkout/sessions/" + id.value() + "?expand[0]=payment_intent.latest_charge";
      var session = new SessionJson(StripeCalls.get(client, path));
      if (!session.id().equals(id.value())) {
        throw new MalformedJson("Stripe returned another session than the one requested");
      }
      if (ownership.isOfAnotherStage(session.json())
          || ownership.objection(session.json()).isPresent()) {
        return new NoSuchSession();
      }
      var found = session.found();
      if (found.isEmpty()) {
        return new NoSuchSession();
      }
      return found.get().paid() == null
          ? found.get()
          : found.get().withUpdates(updates(client, session.json()));
    } catch (InvalidRequestException e) {
      if (e.getStatusCode() == 404) {
        return new NoSuchSession();
      }
      throw e;
    }
  }

  @Override
  public PaymentNotification notification(ProviderEvent event) {
    if (event.object().isEmpty()) {
      return new Unusable("it names no object to look up at Stripe");
    }
    if (event.type().startsWith("checkout.session.")) {
      return switch (find(new SessionId(event.object()))) {
        case FoundSession found when found.paid() != null -> new Paid(found.paid());
        case FoundSession _ -> new Nothing();
        case NoSuchSession _ ->
            new Unusable("Stripe has no session of ours with the id " + event.object());
        case LookupFailed(var why) -> throw new LookupUnavailable(why);
      };
    }
    try {
      return stripe.call("retrieve the object of an event", client -> notification(client, event));
    } catch (PaymentsUnavailable e) {
      throw new LookupUnavailable(e);
    }
  }

  /** The notification for an event of the same type with the object's current state. */
  private PaymentNotification notification(StripeClient client, ProviderEvent event)
      throws StripeException {
    var path =
        event.type().startsWith("refund.")
            ? "/v1/refunds/"
            : event.type().startsWith("charge.dispute.") ? "/v1/disputes/" : "/v1/charges/";
    try {
      var current = StripeCalls.get(client, path + event.object());
      return StripeHistory.notification(
          StripeWebhook.event(StripeJson.event(event.id(), event.type(), current), ownership));
    } catch (InvalidRequestException e) {
      if (e.getStatusCode() == 404) {
        return new Unusable("Stripe has no object with the id " + event.object());
      }
      throw e;
    }
  }

  /** The refunds and disputes of a session's payment; they do not change the session's status. */
  private static List<PaymentUpdate> updates(StripeClient client, StripeJson session)
      throws StripeException {
    var charge = session.at("payment_intent").at("latest_charge");
    var updates = new ArrayList<PaymentUpdate>();
    if (charge.number("amount_refunded").orElse(0L) > 0) {
      updates.add(required(PaymentJson.refunded(charge), "a charge"));
    }
    if (charge.flag("disputed").orElse(false)) {
      var payment = PaymentJson.intent(session);
      var list = StripeCalls.get(client, "/v1/disputes?limit=100&payment_intent=" + payment);
      for (var dispute : list.items()) {
        updates.add(required(PaymentJson.dispute(dispute), "a dispute"));
      }
    }
    return updates;
  }

  private static <T> T required(Optional<T> read, String what) {
    return read.orElseThrow(() -> new MalformedJson("could not read " + what));
  }
}
