package dev.photocredits.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.StripeClient;
import com.stripe.exception.InvalidRequestException;
import com.stripe.net.ApiResource.RequestMethod;
import com.stripe.param.EventListParams;
import dev.photocredits.credits.Page;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.PaymentHistory;
import dev.photocredits.payments.PaymentNews;
import dev.photocredits.stripe.PaymentEvent.DisputeChanged;
import dev.photocredits.stripe.PaymentEvent.Moved;
import dev.photocredits.stripe.PaymentEvent.NotAnEvent;
import dev.photocredits.stripe.PaymentEvent.NotYetPaid;
import dev.photocredits.stripe.PaymentEvent.OfAnotherStage;
import dev.photocredits.stripe.PaymentEvent.Other;
import dev.photocredits.stripe.PaymentEvent.Paid;
import dev.photocredits.stripe.PaymentEvent.Unusable;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@link PaymentHistory} by Stripe's events, which it keeps for 30 days, delivered or not: a
 * hundred a page, of the types that move money.
 */
public final class StripeHistory implements PaymentHistory {
  private static final long PAGE = 100;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The types of events that move money. */
  static final List<String> TYPES =
      List.of(
          "checkout.session.completed",
          "checkout.session.async_payment_succeeded",
          "charge.refunded",
          "charge.dispute.funds_withdrawn",
          "charge.dispute.funds_reinstated",
          "charge.dispute.closed",
          "refund.created",
          "refund.updated",
          "refund.failed");

  private final StripeCalls stripe;
  private final Ownership ownership;

  StripeHistory(StripeCalls stripe, Ownership ownership) {
    this.stripe = stripe;
    this.ownership = ownership;
  }

  /**
   * The events of the account of {@code STRIPE_SECRET_KEY} at {@code STRIPE_API_BASE}. Throws
   * {@link InvalidSetting} for a key that is not of this stage's mode.
   */
  public static StripeHistory of(Environment environment) {
    return new StripeHistory(StripeCalls.of(environment), Ownership.of(environment));
  }

  /**
   * As promised. An event to go on after that Stripe no longer has makes the list begin anew, since
   * comparing something twice does no harm.
   */
  @Override
  public Page<Told> page(Instant since, Instant until, @Nullable String after) {
    return stripe.ask("list events", client -> page(client, since, until, after));
  }

  private Page<Told> page(StripeClient client, Instant since, Instant until, @Nullable String after)
      throws Exception {
    var params =
        EventListParams.builder()
            .addAllType(TYPES)
            .setCreated(
                EventListParams.Created.builder()
                    .setGte(since.getEpochSecond())
                    .setLte(until.getEpochSecond())
                    .build())
            .setLimit(PAGE);
    if (after != null) {
      params.setStartingAfter(after);
    }
    try {
      return page(
          JSON.readTree(client.v1().events().list(params.build()).getLastResponse().body()),
          this::told);
    } catch (InvalidRequestException e) {
      if (after != null && "starting_after".equals(e.getParam())) {
        return page(client, since, until, null);
      }
      throw e;
    }
  }

  private static Page<Told> page(JsonNode list, Function<JsonNode, Told> told) {
    if (!list.path("data").isArray()) {
      throw new IllegalStateException("not a list");
    }
    var items = list.path("data").valueStream().map(told).toList();
    return new Page<>(items, list.path("has_more").asBoolean(false) && !items.isEmpty());
  }

  @Override
  public Page<Told> objects(Kind kind, Instant since, @Nullable String after) {
    var path =
        switch (kind) {
          case SESSION -> "/v1/checkout/sessions?status=complete&";
          case REFUND -> "/v1/refunds?";
          case DISPUTE -> "/v1/disputes?";
        };
    var query =
        "limit="
            + PAGE
            + "&created[gte]="
            + since.getEpochSecond()
            + (after == null ? "" : "&starting_after=" + after);
    return stripe.ask(
        "list what there is",
        client -> {
          var list = client.rawRequest(RequestMethod.GET, path + query, null).body();
          return page(JSON.readTree(list), object -> told(event(kind, object)));
        });
  }

  /** An event that tells of the object as it is now. */
  private static JsonNode event(Kind kind, JsonNode object) {
    var type =
        switch (kind) {
          case SESSION -> "checkout.session.completed";
          case REFUND -> "refund.updated";
          case DISPUTE -> "charge.dispute.closed";
        };
    var event = JSON.createObjectNode().put("id", PaymentJson.id(object.path("id")));
    event.put("type", type).set("livemode", object.path("livemode"));
    event.putObject("data").set("object", object);
    return event;
  }

  private Told told(JsonNode event) {
    return new Told(StripeWebhook.about(event), news(StripeWebhook.event(event, ownership)));
  }

  /** What there is to do about what an event tells. */
  static PaymentNews news(PaymentEvent event) {
    return switch (event) {
      case Paid(_, _, var session) -> new PaymentNews.Paid(session);
      case Moved(_, var money) -> new PaymentNews.Moved(money);
      case DisputeChanged(_, var dispute) -> new PaymentNews.DisputeChanged(dispute);
      case Unusable(_, var problem) -> new PaymentNews.Unusable(problem);
      case NotAnEvent(var problem) -> new PaymentNews.Unusable(problem);
      case NotYetPaid _, OfAnotherStage _, Other _ -> new PaymentNews.Nothing();
    };
  }
}
