package dev.photocredits.functions.webhook;

import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.ReversalOutcome.AlreadyRecorded;
import dev.photocredits.credits.ReversalOutcome.OtherCurrency;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.Errors;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.Priming;
import dev.photocredits.lambda.PrimingRequest;
import dev.photocredits.lambda.SnapStart;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.payments.SaleOutcome.NotOurs;
import dev.photocredits.stripe.StripeWebhook;
import dev.photocredits.stripe.WebhookResult.DisputeChanged;
import dev.photocredits.stripe.WebhookResult.MoneyReturned;
import dev.photocredits.stripe.WebhookResult.NotAnEvent;
import dev.photocredits.stripe.WebhookResult.NotYetPaid;
import dev.photocredits.stripe.WebhookResult.OfAnotherStage;
import dev.photocredits.stripe.WebhookResult.Other;
import dev.photocredits.stripe.WebhookResult.Paid;
import dev.photocredits.stripe.WebhookResult.Unusable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/webhooks/stripe}: grants credits for sessions that Stripe reports as paid, and
 * reverses credits for money that it reports as returned. 200 means that the change is durable or
 * that there is nothing to do; any other status makes Stripe send the event again.
 */
public final class WebhookHandler extends ApiHandler {
  private final SnapStart<Wiring> wiring;

  public WebhookHandler() {
    this(Environment.ofProcess());
  }

  public WebhookHandler(Environment environment) {
    super(environment);
    wiring =
        snapStart(
            Wiring.variables(environment),
            Wiring::settings,
            Wiring::of,
            Priming.of(Wiring::prime, Wiring::primeWrites),
            PrimingRequest.of("POST /api/webhooks/stripe"));
  }

  /** For tests, which pass their own wiring. */
  WebhookHandler(Wiring wired, Log log, InstantSource clock) {
    super(log, clock);
    wiring = SnapStart.of(wired);
  }

  // Stripe calls the API directly: it signs its requests, and no firewall may refuse them.
  @Override
  protected boolean allowsDirectCalls() {
    return true;
  }

  @Override
  protected Response handle(Request request) {
    return switch (wiring.now().webhook.read(request.body(), request.header("stripe-signature"))) {
      case Paid(var event, var createdAt, var session) ->
          fulfil(session, createdAt, request).trace("event_id", event);
      case MoneyReturned(var event, var update) ->
          reverse(update, request).trace("event_id", event);
      case DisputeChanged(var event, var dispute) ->
          reverse(wiring.now().fulfilment.look(dispute), request).trace("event_id", event);
      case NotYetPaid(var event, var session) ->
          acknowledged("not_yet_paid")
              .trace("event_id", event)
              .trace("session_id", session.value());
      case Unusable(var event, var problem) ->
          withOpenEvent(request, acknowledged("unusable"), problem, false).trace("event_id", event);
      case OfAnotherStage(var event) ->
          acknowledged("ignored").trace("event_id", event).trace("ignored", "of another stage");
      case Other(var event, var type) ->
          acknowledged("ignored").trace("event_id", event).trace("event_type", type);
      case NotAnEvent(var problem) ->
          counted("rejected", Errors.invalidEvent()).trace("problem", problem);
    };
  }

  private Response fulfil(PaidSession session, @Nullable Instant reportedAt, Request request) {
    var outcome = wiring.now().fulfilment.fulfil(session, reportedAt);
    var response =
        switch (outcome) {
          case Fulfilled(Granted(var credits, var reversed, _)) ->
              acknowledged("granted")
                  .count(Metric.CREDITS_SOLD, credits.value())
                  .count(Metric.CREDITS_REVERSED, reversed.value());
          case Fulfilled(AlreadyGranted _) -> acknowledged("already_granted");
          case NotOurs _ -> acknowledged("unusable");
        };
    return Fulfilment.attention(outcome)
        .map(problem -> withOpenEvent(request, response, problem, outcome instanceof Fulfilled))
        .orElse(response)
        .trace("session_id", session.id().value())
        .trace("user", Log.user(wiring.now().digestKey, session.terms().buyer()));
  }

  private Response reverse(PaymentUpdate update, Request request) {
    var outcome = wiring.now().fulfilment.reverse(update);
    var response =
        switch (outcome) {
          case Reversed(var owner, var worth) ->
              acknowledged("reversed")
                  .trace("user", Log.user(wiring.now().digestKey, owner))
                  .count(Metric.CREDITS_REVERSED, -worth);
          case RecordedOnly _ -> acknowledged("noted");
          case AlreadyRecorded _ -> acknowledged("known_already");
          case OtherCurrency _ -> acknowledged("unusable");
        };
    return Fulfilment.attention(update, outcome)
        .map(problem -> withOpenEvent(request, response, problem, true))
        .orElse(response)
        .trace("payment_intent", update.payment().value());
  }

  /**
   * Stores the event as open and alarms an operator, who has to look at it.
   *
   * @param isHandled whether everything that follows from the event has been written
   * @return the response, with the alarm
   */
  private Response withOpenEvent(
      Request request, Response response, String problem, boolean isHandled) {
    var event = StripeWebhook.about(request.body());
    var _ = wiring.now().openEvents.open(event, problem, isHandled, wiring.now().clock.instant());
    return response.alarm(problem);
  }

  private static Response acknowledged(String outcome) {
    return counted(outcome, Response.ok(Map.of("status", "success")));
  }

  private static Response counted(String outcome, Response response) {
    return response.trace("webhook", outcome).count(Metric.WEBHOOKS, 1);
  }
}
