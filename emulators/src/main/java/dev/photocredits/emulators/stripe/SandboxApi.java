package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.photocredits.emulators.stripe.Call.Answer;
import dev.photocredits.emulators.stripe.Router.Route;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Routes that Stripe does not have, for tests and developers. They need no key. Each returns the
 * session or event in its new state.
 *
 * <ul>
 *   <li>{@code POST /sandbox/sessions/{id}/pay}, {@code …/pay-delayed}, {@code …/expire}
 *   <li>{@code POST /sandbox/sessions/{id}/settle}, {@code …/bounce}: the delayed payment succeeds
 *       now, or fails
 *   <li>{@code POST /sandbox/sessions/{id}/refund}: refunds a paid session, like {@code POST
 *       /v1/refunds}. The optional form field {@code amount} is in minor units; without it, all
 *       that is left of the charge is refunded
 *   <li>{@code POST /sandbox/sessions/{id}/dispute}: the customer's bank withdraws the money, which
 *       sends {@code charge.dispute.funds_withdrawn}. Without {@code amount}, it withdraws the
 *       whole charge. A charge can be disputed once
 *   <li>{@code POST /sandbox/sessions/{id}/win-dispute}: the bank reinstates the money, which sends
 *       {@code charge.dispute.funds_reinstated}. Until then, the charge cannot be refunded
 *   <li>{@code POST /sandbox/sessions/{id}/deliver}: sends {@code checkout.session.completed}
 *       again, under a new event id
 *   <li>{@code GET /sandbox/events}: all events, newest first, with their delivery attempts
 *   <li>{@code POST /sandbox/events/{id}/redeliver}: sends an event again, under the same id
 * </ul>
 */
final class SandboxApi {
  private static final Set<String> AMOUNT = Set.of("amount");

  private final Checkout checkout;
  private final Webhooks webhooks;

  SandboxApi(Checkout checkout, Webhooks webhooks) {
    this.checkout = checkout;
    this.webhooks = webhooks;
  }

  List<Route> routes() {
    return List.of(
        session("pay", call -> checkout.pay(call.id())),
        session("pay-delayed", call -> checkout.payDelayed(call.id())),
        session("settle", call -> checkout.settle(call.id())),
        session("bounce", call -> checkout.bounce(call.id())),
        session("expire", call -> checkout.expire(call.id())),
        session("deliver", call -> checkout.resendCompleted(call.id())),
        session(
            "refund",
            call -> checkout.refund(call.id(), Refund.Wanted.from(call.form().onlyWith(AMOUNT)))),
        session(
            "dispute", call -> checkout.dispute(call.id(), call.form().onlyWith(AMOUNT).amount())),
        session("win-dispute", call -> checkout.winDispute(call.id())),
        new Route("GET", "/sandbox/events", _ -> events()),
        new Route("POST", "/sandbox/events/*/redeliver", this::redeliver));
  }

  /** A change of the session in the path. */
  @FunctionalInterface
  private interface Change {
    CheckoutSession apply(Call call);
  }

  private Route session(String name, Change change) {
    return new Route(
        "POST",
        "/sandbox/sessions/*/" + name,
        call -> {
          if (checkout.find(call.id()).isEmpty()) {
            throw StripeError.notFound("checkout.session", call.id(), "session");
          }
          return Answer.ok(checkout.json(change.apply(call)));
        });
  }

  private Answer events() {
    var body = JsonNodeFactory.instance.objectNode();
    var events = body.putArray("events");
    webhooks.newestFirst().forEach(event -> events.add(json(event)));
    return Answer.ok(body);
  }

  private Answer redeliver(Call call) {
    if (webhooks.find(call.id()).isEmpty()) {
      throw StripeError.notFound("event", call.id(), "id");
    }
    return Answer.ok(json(webhooks.redeliver(call.id())));
  }

  private static ObjectNode json(Event event) {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", event.id())
            .put("type", event.type())
            .put("session", event.session())
            .put("created", Instant.ofEpochMilli(event.created()).toString())
            .put("delivered", event.delivered())
            .put("attempts", event.attempts());
    var attempts = json.putArray("latest_attempts");
    for (var attempt : event.latestAttempts()) {
      attempts
          .addObject()
          .put("at", Instant.ofEpochMilli(attempt.at()).toString())
          .put("status", attempt.status())
          .put("failure", attempt.failure());
    }
    return json;
  }
}
