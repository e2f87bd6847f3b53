package dev.photocredits.local.stripe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.photocredits.local.stripe.Call.Answer;
import dev.photocredits.local.stripe.Router.Route;
import java.time.Instant;
import java.util.List;

/**
 * What Stripe does not have: buttons for tests and developers, without a key. Each answers the
 * session or event as it is afterwards.
 *
 * <ul>
 *   <li>{@code POST /sandbox/sessions/{id}/pay}, {@code …/pay-delayed}, {@code …/expire}
 *   <li>{@code POST /sandbox/sessions/{id}/settle}, {@code …/bounce}: the delayed payment arrives
 *       now, or fails
 *   <li>{@code POST /sandbox/sessions/{id}/deliver}: the webhook hears of the session again, under
 *       a new event id
 *   <li>{@code GET /sandbox/events}, newest first, with what became of each; {@code POST
 *       /sandbox/events/{id}/redeliver}: once more, under the same id
 * </ul>
 */
final class SandboxApi {
  private final Checkout checkout;
  private final Webhooks webhooks;

  SandboxApi(Checkout checkout, Webhooks webhooks) {
    this.checkout = checkout;
    this.webhooks = webhooks;
  }

  List<Route> routes() {
    return List.of(
        session("pay", checkout::pay),
        session("pay-delayed", checkout::payDelayed),
        session("settle", checkout::settle),
        session("bounce", checkout::bounce),
        session("expire", checkout::expire),
        session("deliver", checkout::tellAgain),
        new Route("GET", "/sandbox/events", _ -> events()),
        new Route("POST", "/sandbox/events/*/redeliver", this::redeliver));
  }

  /** Changes the session of that id. */
  @FunctionalInterface
  private interface Change {
    CheckoutSession of(String id);
  }

  private Route session(String name, Change change) {
    return new Route(
        "POST",
        "/sandbox/sessions/*/" + name,
        call -> {
          if (checkout.find(call.id()).isEmpty()) {
            throw StripeError.notFound("checkout.session", call.id(), "session");
          }
          return Answer.ok(checkout.json(change.of(call.id())));
        });
  }

  private Answer events() {
    var body = JsonNodeFactory.instance.objectNode();
    var events = body.putArray("events");
    webhooks.newestFirst().forEach(event -> events.add(told(event)));
    return Answer.ok(body);
  }

  private Answer redeliver(Call call) {
    if (!webhooks.knows(call.id())) {
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
