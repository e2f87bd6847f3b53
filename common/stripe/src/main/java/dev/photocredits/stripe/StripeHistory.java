package dev.photocredits.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.payments.PaymentNotification;
import dev.photocredits.reconciliation.PaymentHistory;
import dev.photocredits.stripe.WebhookResult.DisputeChanged;
import dev.photocredits.stripe.WebhookResult.MoneyReturned;
import dev.photocredits.stripe.WebhookResult.NotAnEvent;
import dev.photocredits.stripe.WebhookResult.NotYetPaid;
import dev.photocredits.stripe.WebhookResult.OfAnotherStage;
import dev.photocredits.stripe.WebhookResult.Other;
import dev.photocredits.stripe.WebhookResult.Paid;
import dev.photocredits.stripe.WebhookResult.Unusable;
import dev.photocredits.values.Page;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@link PaymentHistory} from Stripe's events. Stripe keeps them for 30 days, whether delivered or
 * not. A page has up to 100 events, and only types that move money.
 */
public final class StripeHistory implements PaymentHistory {
  private static final long PAGE = 100;

  /** The types of events that report moved money. */
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
   * The history of the account of {@code STRIPE_SECRET_KEY} at {@code STRIPE_API_BASE}. Throws
   * {@link InvalidSetting} for a key whose mode is not that of this stage.
   */
  public static StripeHistory of(Environment environment) {
    return new StripeHistory(StripeCalls.of(environment), Ownership.of(environment));
  }

  /**
   * {@inheritDoc}
   *
   * <p>If Stripe no longer has the event {@code after}, the list starts again from the newest: to
   * reconcile an event twice does no harm.
   */
  @Override
  public Page<ReportedEvent> page(Instant since, Instant until, @Nullable String after) {
    return stripe.call("list events", client -> page(client, since, until, after));
  }

  private Page<ReportedEvent> page(
      StripeClient client, Instant since, Instant until, @Nullable String after)
      throws StripeException {
    var types =
        IntStream.range(0, TYPES.size())
            .mapToObj(n -> "types[" + n + "]=" + TYPES.get(n))
            .collect(Collectors.joining("&"));
    var path = "/v1/events?" + types + "&created[lte]=" + until.getEpochSecond();
    try {
      return page(StripeCalls.get(client, path + "&" + query(since, after)), this::reported);
    } catch (InvalidRequestException e) {
      if (after != null && "starting_after".equals(e.getParam())) {
        return page(client, since, until, null);
      }
      throw e;
    }
  }

  private static String query(Instant since, @Nullable String after) {
    return "limit="
        + PAGE
        + "&created[gte]="
        + since.getEpochSecond()
        + (after == null
            ? ""
            : "&starting_after=" + URLEncoder.encode(after, StandardCharsets.UTF_8));
  }

  private static Page<ReportedEvent> page(
      StripeJson list, Function<StripeJson, ReportedEvent> read) {
    var items = list.items().stream().map(read).toList();
    return new Page<>(items, list.flag("has_more").orElse(false) && !items.isEmpty());
  }

  @Override
  public Page<ReportedEvent> objects(Kind kind, Instant since, @Nullable String after) {
    var path =
        switch (kind) {
          case SESSION -> "/v1/checkout/sessions?status=complete&";
          case REFUND -> "/v1/refunds?";
          case DISPUTE -> "/v1/disputes?";
        };
    return stripe.call(
        "list objects",
        client ->
            page(
                StripeCalls.get(client, path + query(since, after)),
                object -> reported(event(kind, object))));
  }

  private static StripeJson event(Kind kind, StripeJson object) {
    var type =
        switch (kind) {
          case SESSION -> "checkout.session.completed";
          case REFUND -> "refund.updated";
          case DISPUTE -> "charge.dispute.closed";
        };
    return StripeJson.event(object.id(), type, object);
  }

  private ReportedEvent reported(StripeJson event) {
    return new ReportedEvent(
        StripeWebhook.about(event), notification(StripeWebhook.event(event, ownership)));
  }

  /** Converts what an event reports to a notification. */
  static PaymentNotification notification(WebhookResult event) {
    return switch (event) {
      case Paid(_, _, var session) -> new PaymentNotification.Paid(session);
      case MoneyReturned(_, var update) -> new PaymentNotification.MoneyReturned(update);
      case DisputeChanged(_, var dispute) -> new PaymentNotification.DisputeChanged(dispute);
      case Unusable(_, var problem) -> new PaymentNotification.Unusable(problem);
      case NotAnEvent(var problem) -> new PaymentNotification.Unusable(problem);
      case NotYetPaid _, OfAnotherStage _, Other _ -> new PaymentNotification.Nothing();
    };
  }
}
