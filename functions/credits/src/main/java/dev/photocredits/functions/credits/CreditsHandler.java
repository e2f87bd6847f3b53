package dev.photocredits.functions.credits;

import dev.photocredits.credits.Lot;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.User;
import dev.photocredits.http.Access;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.Errors;
import dev.photocredits.http.JsonBody;
import dev.photocredits.http.PageQuery;
import dev.photocredits.http.PictureFields;
import dev.photocredits.http.Problems;
import dev.photocredits.http.Rejected;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Priming;
import dev.photocredits.lambda.PrimingRequest;
import dev.photocredits.lambda.SnapStart;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.values.Credits;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/credits/{email}} returns a balance, {@code GET /api/credits/{email}/transactions}
 * a page of the statement, {@code GET /api/packages} the catalogue, {@code GET /api/prices} what
 * generations cost, and {@code POST /api/quote} the price of one and whether the user can pay it.
 */
public final class CreditsHandler extends ApiHandler {
  private static final int STATEMENT_LIMIT = 50;

  private final SnapStart<Wiring> wiring;

  public CreditsHandler() {
    this(Environment.ofProcess());
  }

  public CreditsHandler(Environment environment) {
    super(environment);
    wiring =
        snapStart(
            Wiring.variables(environment),
            Wiring::of,
            Priming.of(Wiring::prime),
            PrimingRequest.of("GET /api/credits/{email}/transactions"),
            PrimingRequest.writing("GET /api/credits/{email}"));
  }

  /** For tests, which pass their own wiring. */
  CreditsHandler(Wiring wired, Log log, InstantSource clock) {
    super(log, clock);
    wiring = SnapStart.of(wired);
  }

  @Override
  protected Response handle(Request request) {
    return switch (request.route()) {
      case "GET /api/credits/{email}" -> balance(request);
      case "GET /api/credits/{email}/transactions" -> statement(request);
      case "GET /api/packages" -> packages(request);
      case "GET /api/prices" -> prices(request);
      case "POST /api/quote" -> quote(request);
      default -> throw new IllegalStateException("no such route here: " + request.route());
    };
  }

  private Response balance(Request request) {
    var caller = wiring.now().access.caller(request);
    var email = request.pathEmail();
    caller.mustBe(email);
    var user =
        wiring
            .now()
            .accounts
            .open(email, caller.identity().orElse(null))
            .orElseThrow(() -> new Rejected(Errors.otherIdentity()));
    var now = wiring.now().clock.instant();
    return Response.ok(
            Json.object(
                "credits", user.credits().value(),
                "email", email.value(),
                "available", user.available(now).value(),
                "pending", user.held().credits().value(),
                "expiring",
                    user.lots().unexpired(now).all().stream().map(CreditsHandler::json).toList()))
        .trace("user", Log.user(wiring.now().digestKey, email));
  }

  private static Map<String, @Nullable Object> json(Lot lot) {
    return Json.object("credits", lot.left().value(), "expires_at", lot.expiresAt().toString());
  }

  private Response statement(Request request) {
    var caller = wiring.now().access.caller(request);
    var email = request.pathEmail();
    caller.mustOwn(email, wiring.now().bindings);
    var query = PageQuery.from(request, email, "transactions", STATEMENT_LIMIT);
    var page =
        wiring
            .now()
            .ledger
            .statement(email, query.limit(), query.before().map(TransactionId::new).orElse(null));
    return Response.ok(
            Json.object(
                "transactions",
                page.items().stream().map(CreditsHandler::json).toList(),
                "next_cursor",
                query.next(page, transaction -> transaction.id().value())))
        .trace("user", Log.user(wiring.now().digestKey, email));
  }

  private static Map<String, @Nullable Object> json(Transaction transaction) {
    var purchase = transaction instanceof Transaction.Purchase p ? p : null;
    return Json.object(
        "id", transaction.id().toString(),
        "type", transaction.type(),
        "credits", transaction.change(),
        "amount", purchase == null ? null : purchase.paid().minorUnits(),
        "currency", purchase == null ? null : purchase.paid().currency(),
        "payment_id", transaction.checkoutSession().map(SessionId::value).orElse(null),
        "description", transaction.description(),
        "generation_id", transaction.generationId().map(GenerationId::toString).orElse(null),
        "created_at", transaction.createdAt().toString());
  }

  private static Response packages(Request request) {
    return shared(CreditPackage.onSale().stream().map(CreditsHandler::json).toList(), request);
  }

  private Response prices(Request request) {
    var prices = wiring.now().prices;
    var list = new ArrayList<Map<String, @Nullable Object>>();
    for (var size : prices.sizes()) {
      for (var count = 1; count <= PictureOptions.MOST_VARIATIONS; count++) {
        var options = new PictureOptions(PictureOptions.DEFAULT.aspectRatio(), size, count);
        list.add(
            Json.object(
                "image_size", size.key(),
                "variations", count,
                "credits", prices.price(options).value()));
      }
    }
    return shared(
        Json.object(
            "credits_per_generation", prices.perGeneration().value(),
            "variations", PictureOptions.DEFAULT.variations(),
            "max_variations", PictureOptions.MOST_VARIATIONS,
            "aspect_ratios", Arrays.stream(AspectRatio.values()).map(AspectRatio::key).toList(),
            "image_sizes", prices.sizes().stream().map(ImageSize::key).toList(),
            "prices", list),
        request);
  }

  private Response quote(Request request) {
    var now = wiring.now();
    var caller = now.access.caller(request);
    var problems = new Problems();
    var json = JsonBody.of(request, problems);
    var email = json.text("user_email").flatMap(text -> problems.email("user_email", text));
    var options = PictureFields.options(json, now.prices, problems);
    problems.check();
    caller.mustBe(email.orElseThrow());
    return now.ledger
        .find(email.get())
        .map(user -> quote(user, caller, now.prices.price(options.orElseThrow())))
        .orElseGet(() -> Errors.unknownUser(email.get()))
        .trace("user", Log.user(now.digestKey, email.get()));
  }

  private Response quote(User user, Access.Caller caller, Credits price) {
    if (!wiring.now().bindings.admit(user, caller.identity().orElse(null))) {
      return Errors.otherIdentity();
    }
    var available = user.available(wiring.now().clock.instant());
    return Response.ok(
        Json.object(
            "price", price.value(),
            "available", available.value(),
            "affordable", available.covers(price)));
  }

  // The same for all callers, so caches may keep it; they revalidate it before use.
  private static Response shared(Object body, Request request) {
    return Response.ok(body).header("cache-control", "no-cache").revalidated(request);
  }

  private static Map<String, @Nullable Object> json(CreditPackage pack) {
    var price = pack.price();
    return Json.object(
        "key", pack.key(),
        "name", pack.title(),
        "credits", pack.credits().value(),
        "price", Json.object("amount", price.minorUnits(), "currency", price.currency()));
  }
}
