package dev.photocredits.local.stripe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.photocredits.local.stripe.Call.Answer;
import dev.photocredits.local.stripe.Router.Route;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What Stripe does not have: buttons for tests and developers, without a key. Each answers the
 * session or event as it is afterwards.
 *
 * <ul>
 *   <li>{@code POST /sandbox/sessions/{id}/pay}, {@code …/pay-delayed}, {@code …/expire}
 *   <li>{@code POST /sandbox/sessions/{id}/settle}, {@code …/bounce}: the delayed payment arrives
 *       now, or fails
 *   <li>{@code POST /sandbox/sessions/{id}/refund}: money of a paid session goes back, as by {@code
 *       POST /v1/refunds}; the form field {@code amount} in minor units is optional, and all that
 *       is left without it
 *   <li>{@code POST /sandbox/sessions/{id}/dispute}: the buyer's bank takes the money back, {@code
 *       charge.dispute.funds_withdrawn}; {@code amount} as above, and the whole charge without it.
 *       Until {@code POST /sandbox/sessions/{id}/win-dispute}, {@code
 *       charge.dispute.funds_reinstated}, the charge cannot be refunded. A charge is disputed once
 *   <li>{@code POST /sandbox/sessions/{id}/deliver}: the webhook hears of the session again, under
 *       a new event id
 *   <li>{@code GET /sandbox/events}, newest first, with what became of each; {@code POST
 *       /sandbox/events/{id}/redeliver}: once more, under the same id
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
        session("deliver", call -> checkout.tellAgain(call.id())),
        session(
            "refund",
            call -> checkout.refund(call.id(), Refund.Wanted.from(call.form().onlyWith(AMOUNT)))),
        session(
            "dispute", call -> checkout.dispute(call.id(), call.form().onlyWith(AMOUNT).amount())),
        session("win-dispute", call -> checkout.winDispute(call.id())),
        new Route("GET", "/sandbox/events", _ -> events()),
        new Route("POST", "/sandbox/events/*/redeliver", this::redeliver));
  }

  /** Changes the session that the path names. */
  @FunctionalInterface
  private interface Change {
    CheckoutSession asAskedBy(Call call);
  }

  private Route session(String name, Change change) {
    return new Route(
        "POST",
        "/sandbox/sessions/*/" + name,
        call -> {
          if (checkout.find(call.id()).isEmpty()) {
            throw StripeError.notFound("checkout.session", call.id(), "session");
          }
          return Answer.ok(checkout.json(change.asAskedBy(call)));
        });
  }

  private Answer events() {
    var body = JsonNodeFactory.instance.objectNode();
    var events = body.putArray("events");
    webhooks.newestFirst().forEach(event -> events.add(told(event)));
    return Answer.ok(body);
  }

  private Answer redeliver(Call call) {
    if (webhooks.find(call.id()).isEmpty()) {
      throw StripeError.notFound("event", call.id(), "id");
    }
    return Answer.ok(told(webhooks.redeliver(call.id())));
  }

  private static ObjectNode told(Event event) {
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
