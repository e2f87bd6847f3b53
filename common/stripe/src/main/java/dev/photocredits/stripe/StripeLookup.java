package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.StripeClient;
import com.stripe.exception.InvalidRequestException;
import com.stripe.net.ApiResource.RequestMethod;
import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.SessionId;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.FindOutcome;
import dev.photocredits.payments.FindOutcome.NoSuchSession;
import dev.photocredits.payments.FindOutcome.NotTold;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.LookupUnavailable;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.payments.PaymentNews;
import dev.photocredits.payments.PaymentNews.Nothing;
import dev.photocredits.payments.PaymentNews.Paid;
import dev.photocredits.payments.PaymentNews.Unusable;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.payments.ProviderEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@link PaymentLookup} at Stripe. */
public final class StripeLookup implements PaymentLookup {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StripeCalls stripe;
  private final Ownership ownership;

  StripeLookup(StripeCalls stripe, Ownership ownership) {
    this.stripe = stripe;
    this.ownership = ownership;
  }

  /**
   * The account of {@code STRIPE_SECRET_KEY} at {@code STRIPE_API_BASE}. Throws {@link
   * InvalidSetting} for a key that is not of this stage's mode.
   */
  public static StripeLookup of(Environment environment) {
    return new StripeLookup(StripeCalls.of(environment), Ownership.of(environment));
  }

  @Override
  public MoneyMoved dispute(DisputeId id) {
    try {
      return stripe.ask("tell of a dispute", client -> dispute(client, id));
    } catch (PaymentsUnavailable e) {
      throw new LookupUnavailable(e);
    }
  }

  private static MoneyMoved dispute(StripeClient client, DisputeId id) throws Exception {
    return required(PaymentJson.dispute(get(client, "/v1/disputes/" + id.value())), "a dispute");
  }

  @Override
  public FindOutcome find(SessionId id) {
    // Nothing else goes into an address of Stripe's.
    if (SessionId.parse(id.value()).isEmpty()) {
      return new NoSuchSession();
    }
    try {
      return stripe.ask("find a session", client -> find(client, id));
    } catch (PaymentsUnavailable e) {
      return new NotTold(e);
    }
  }

  private FindOutcome find(StripeClient client, SessionId id) throws Exception {
    try {
      var path = "/v1/checkout/sessions/" + id.value() + "?expand[0]=payment_intent.latest_charge";
      var session = new SessionJson(get(client, path));
      if (!session.id().equals(id.value())) {
        throw new IllegalStateException("another session than was asked for");
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
          : found.get().after(moved(client, session.json()));
    } catch (InvalidRequestException e) {
      if (e.getStatusCode() == 404) {
        return new NoSuchSession();
      }
      throw e;
    }
  }

  @Override
  public PaymentNews news(ProviderEvent event) {
    if (event.object().isEmpty()) {
      return new Unusable("it names no object that Stripe could be asked for");
    }
    if (event.type().startsWith("checkout.session.")) {
      return switch (find(new SessionId(event.object()))) {
        case FoundSession found when found.paid() != null -> new Paid(found.paid());
        case FoundSession _ -> new Nothing();
        case NoSuchSession _ ->
            new Unusable("Stripe knows no session of ours by " + event.object());
        case NotTold(var why) -> throw new LookupUnavailable(why);
      };
    }
    try {
      return stripe.ask("tell what an event is about", client -> news(client, event));
    } catch (PaymentsUnavailable e) {
      throw new LookupUnavailable(e);
    }
  }

  /** As if an event of that type told of the object as it is now. */
  private PaymentNews news(StripeClient client, ProviderEvent event) throws Exception {
    var path =
        event.type().startsWith("refund.")
            ? "/v1/refunds/"
            : event.type().startsWith("charge.dispute.") ? "/v1/disputes/" : "/v1/charges/";
    try {
      var now = JSON.createObjectNode().put("id", event.id()).put("type", event.type());
      now.putObject("data").set("object", get(client, path + event.object()));
      return StripeHistory.news(StripeWebhook.event(now, ownership));
    } catch (InvalidRequestException e) {
      if (e.getStatusCode() == 404) {
        return new Unusable("Stripe does not know " + event.object());
      }
      throw e;
    }
  }

  /** What has become of a session's money: a session stays paid whatever that is. */
  private static List<MoneyMoved> moved(StripeClient client, JsonNode session) throws Exception {
    var charge = session.path("payment_intent").path("latest_charge");
    var moved = new ArrayList<MoneyMoved>();
    if (charge.path("amount_refunded").asLong(0) > 0) {
      moved.add(required(PaymentJson.refunded(charge), "a charge"));
    }
    if (charge.path("disputed").asBoolean(false)) {
      var payment = PaymentJson.intent(session);
      var list = get(client, "/v1/disputes?limit=100&payment_intent=" + payment);
      for (var dispute : list.path("data")) {
        moved.add(required(PaymentJson.dispute(dispute), "a dispute"));
      }
    }
    return moved;
  }

  private static <T> T required(Optional<T> read, String what) {
    return read.orElseThrow(() -> new IllegalStateException(what + " that cannot be read"));
  }

  private static JsonNode get(StripeClient client, String path) throws Exception {
    return JSON.readTree(client.rawRequest(RequestMethod.GET, path, null).body());
  }
}
