package dev.photocredits.functions.checkout;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.SessionId;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.lambda.Access;
import dev.photocredits.lambda.ApiHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.ErrorCode;
import dev.photocredits.lambda.Errors;
import dev.photocredits.lambda.Json;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.Rehearsal;
import dev.photocredits.lambda.Request;
import dev.photocredits.lambda.Response;
import dev.photocredits.lambda.SnapStart;
import dev.photocredits.payments.CheckoutOutcome.KeyReused;
import dev.photocredits.payments.CheckoutOutcome.Opened;
import dev.photocredits.payments.FindOutcome.NoSuchSession;
import dev.photocredits.payments.FindOutcome.NotTold;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.Sale;
import dev.photocredits.payments.SaleOutcome.NotOurs;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code POST /api/checkout}: opens the page where a credit pack is paid; {@code GET
 * /api/checkout/{session_id}}: tells whether it is, and grants the credits if no webhook has.
 */
public final class CheckoutHandler extends ApiHandler {
  private final SnapStart<Wiring> wiring;

  public CheckoutHandler() {
    this(Environment.ofProcess());
  }

  public CheckoutHandler(Environment environment) {
    super(environment);
    wiring =
        snapStart(() -> Wiring.of(environment), Wiring::prime, Rehearsal.of("POST /api/checkout"));
  }

  /** For tests that bring the wiring. */
  CheckoutHandler(Wiring wired, Log log, InstantSource clock) {
    super(log, clock);
    wiring = snapStart(() -> wired, Wiring::prime);
  }

  @Override
  protected Response handle(Request request) {
    return switch (request.route()) {
      case "POST /api/checkout" -> open(request);
      case "GET /api/checkout/{session_id}" -> find(request);
      default -> throw new IllegalStateException("no such route here: " + request.route());
    };
  }

  private Response find(Request request) {
    var caller = wiring.now().access.caller(request);
    var id = SessionId.parse(request.path("session_id")).orElse(null);
    if (id == null) {
      return unknown();
    }
    return caller
        .address()
        .flatMap(address -> refused(address, id))
        .orElseGet(() -> find(caller, id));
  }

  /**
   * 429 for a caller who has looked up too many sessions of others. Where access is open, as in the
   * local run, callers have no address and no limit: they cannot be told apart, and one limit for
   * all of them would refuse the customer who waits for a payment.
   */
  private Optional<Response> refused(Email caller, SessionId id) {
    return wiring
        .now()
        .lookups
        .refuse(caller, id)
        .map(
            refusal ->
                Errors.limitReached(Limit.LOOKUPS, refusal.most(), refusal.retryAfter())
                    .trace("user", Log.user(caller)));
  }

  private Response find(Access.Caller caller, SessionId id) {
    return switch (wiring.now().checkout.find(id)) {
      case FoundSession session -> found(caller, session);
      case NoSuchSession _ -> unknown();
      case NotTold(var why) -> Errors.paymentUnknown(why);
    };
  }

  private Response found(Access.Caller caller, FoundSession session) {
    caller.mustBe(session.terms().buyer());
    return switch (wiring.now().checkout.sale(session)) {
      case Sale sale -> found(session, sale);
      case NotOurs notOurs -> Fulfilment.attention(notOurs).map(unknown()::alarm).orElseThrow();
    };
  }

  private Response found(FoundSession session, Sale sale) {
    var granted = wiring.now().checkout.fulfil(session).orElse(null);
    var response =
        Response.ok(
                Json.object(
                    "status", session.status().name().toLowerCase(Locale.ROOT),
                    "credits", sale.credits().value()))
            .trace("user", Log.user(session.terms().buyer()))
            .trace("session_id", session.id().value());
    if (!(granted instanceof Fulfilled(Granted(var credits, var reversed, _)))) {
      return response;
    }
    var counted =
        response
            .count(Metric.CREDITS_SOLD, credits.value())
            .count(Metric.CREDITS_REVERSED, reversed.value());
    return Fulfilment.attention(granted).map(counted::alarm).orElse(counted);
  }

  private static Response unknown() {
    return Response.error(ErrorCode.CHECKOUT_SESSION_NOT_FOUND, "Checkout session not found");
  }

  private Response open(Request request) {
    var caller = wiring.now().access.caller(request);
    var key = request.idempotencyKey().orElse(null);
    var order = CheckoutRequest.from(request);
    caller.mustBe(order.email());
    var response =
        switch (wiring.now().checkout.open(order.email(), order.pack(), key)) {
          case Opened(var session) ->
              Response.ok(
                      Json.object(
                          "checkout_url", session.url().toString(),
                          "session_id", session.id().value()))
                  .trace("session_id", session.id().value());
          case KeyReused _ -> Errors.keyReused();
        };
    return response.trace("user", Log.user(order.email())).trace("package", order.pack().key());
  }
}
