package dev.photocredits.functions.checkout;

import dev.photocredits.lambda.Access;
import dev.photocredits.lambda.ApiHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Errors;
import dev.photocredits.lambda.Json;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Request;
import dev.photocredits.lambda.Response;
import dev.photocredits.payments.Checkout;
import dev.photocredits.payments.CheckoutOutcome.KeyReused;
import dev.photocredits.payments.CheckoutOutcome.Opened;

/** {@code POST /api/checkout}: opens the page where a credit pack is paid. */
public final class CheckoutHandler extends ApiHandler {
  private final Access access;
  private final Checkout checkout;

  public CheckoutHandler() {
    this(Environment.ofProcess());
  }

  public CheckoutHandler(Environment environment) {
    this(new Wiring(environment));
  }

  private CheckoutHandler(Wiring wiring) {
    super(wiring.log, wiring.clock);
    this.access = wiring.access;
    this.checkout = wiring.checkout;
  }

  @Override
  protected Response handle(Request request) {
    var caller = access.caller(request);
    var key = request.idempotencyKey().orElse(null);
    var order = CheckoutRequest.from(request);
    caller.mustBe(order.email());
    var response =
        switch (checkout.open(order.email(), order.pack(), key)) {
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
