package dev.photocredits.functions.checkout;

import dev.photocredits.checkout.CheckoutOutcome.KeyReused;
import dev.photocredits.checkout.CheckoutOutcome.Opened;
import dev.photocredits.checkout.CheckoutOutcome.OtherIdentity;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.http.Access;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.Errors;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.Priming;
import dev.photocredits.lambda.PrimingRequest;
import dev.photocredits.lambda.SnapStart;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.Sale;
import dev.photocredits.payments.SaleOutcome.NotOurs;
import dev.photocredits.payments.SessionLookupOutcome.LookupFailed;
import dev.photocredits.payments.SessionLookupOutcome.NoSuchSession;
import dev.photocredits.values.Email;
import dev.photocredits.values.SessionId;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/checkout} opens a Checkout Session for a credit pack. {@code GET
 * /api/checkout/{session_id}} returns its status, and grants its credits if it is paid and no
 * webhook has granted them yet.
 */
public final class CheckoutHandler extends ApiHandler {
  private final SnapStart<Wiring> wiring;

  public CheckoutHandler() {
    this(Environment.ofProcess());
  }

  public CheckoutHandler(Environment environment) {
    super(environment);
    wiring =
        snapStart(
            Wiring.variables(environment),
            Wiring::settings,
            Wiring::of,
            Priming.of(Wiring::prime),
            PrimingRequest.of("POST /api/checkout"));
  }

  /** For tests, which pass their own wiring. */
  CheckoutHandler(Wiring wired, Log log, InstantSource clock) {
    super(log, clock);
    wiring = SnapStart.of(wired);
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
      return Errors.unknownSession();
    }
    caller.address().ifPresent(address -> caller.mustOwn(address, wiring.now().bindings));
    return caller
        .address()
        .flatMap(address -> refused(address, id))
        .orElseGet(() -> find(caller, id));
  }

  /**
   * Returns 429 for a caller who has looked up too many sessions of other users. Where access is
   * open, as in a local run, callers have no address and no limit. They cannot be told apart, and
   * one limit for all of them would refuse a customer who is waiting for a payment.
   */
  private Optional<Response> refused(Email caller, SessionId id) {
    return wiring
        .now()
        .lookups
        .refuse(caller, id)
        .map(
            refusal ->
                Errors.limitReached(refusal)
                    .trace("user", Log.user(wiring.now().digestKey, caller)));
  }

  private Response find(Access.Caller caller, SessionId id) {
    return switch (wiring.now().checkout.find(id)) {
      case FoundSession session -> found(caller, session);
      case NoSuchSession _ -> Errors.unknownSession();
      case LookupFailed(var why) -> Errors.paymentUnknown(why);
    };
  }

  private Response found(Access.Caller caller, FoundSession session) {
    caller.mustBe(session.terms().buyer());
    return switch (wiring.now().checkout.sale(session)) {
      case Sale sale -> found(session, sale);
      case NotOurs notOurs ->
          Fulfilment.attention(notOurs).map(Errors.unknownSession()::alarm).orElseThrow();
    };
  }

  private Response found(FoundSession session, Sale sale) {
    var granted = wiring.now().checkout.fulfil(session).orElse(null);
    var response =
        Response.ok(
                Json.object(
                    "status", session.status().name().toLowerCase(Locale.ROOT),
                    "credits", sale.credits().value()))
            .trace("user", Log.user(wiring.now().digestKey, session.terms().buyer()))
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

  private Response open(Request request) {
    var caller = wiring.now().access.caller(request);
    var key = request.idempotencyKey().orElse(null);
    var wanted = CheckoutRequest.from(request);
    caller.mustBe(wanted.email());
    return wiring
        .now()
        .calls
        .refuse(wanted.email(), Limit.CHECKOUTS)
        .map(Errors::limitReached)
        .orElseGet(() -> open(caller, wanted, key))
        .trace("user", Log.user(wiring.now().digestKey, wanted.email()))
        .trace("package", wanted.pack().key());
  }

  private Response open(
      Access.Caller caller, CheckoutRequest wanted, @Nullable IdempotencyKey key) {
    var outcome =
        wiring
            .now()
            .checkout
            .open(wanted.email(), caller.identity().orElse(null), wanted.pack(), key);
    return switch (outcome) {
      case Opened(var session) ->
          Response.ok(
                  Json.object(
                      "checkout_url", session.url().toString(),
                      "session_id", session.id().value()))
              .trace("session_id", session.id().value());
      case KeyReused _ -> Errors.keyReused();
      case OtherIdentity _ -> Errors.otherIdentity();
    };
  }
}
