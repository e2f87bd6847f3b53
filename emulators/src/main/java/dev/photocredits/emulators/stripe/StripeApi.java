package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.photocredits.emulators.stripe.Call.Answer;
import dev.photocredits.emulators.stripe.Router.Action;
import dev.photocredits.emulators.stripe.Router.Route;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The part of Stripe's API that a shop with Checkout uses: customers, Checkout Sessions, payment
 * intents, charges, refunds, disputes, events and the list of webhook endpoints.
 */
final class StripeApi {
  /** The API version of events about sessions that were created without a Stripe-Version. */
  private static final String DEFAULT_VERSION = "2024-06-20";

  private static final Pattern TEST_KEY = Pattern.compile("[sr]k_test_\\S+");
  private static final Set<String> STATUSES = Set.of("open", "complete", "expired");
  private static final Set<String> SESSION_PARAMETERS = Set.of("expand[#]");
  private static final String WITH_CHARGE = "payment_intent.latest_charge";
  private static final Set<String> EXPANSIONS = Set.of("payment_intent", WITH_CHARGE);
  private static final Set<String> REFUND_PARAMETERS =
      Set.of("payment_intent", "charge", "amount", "reason", "metadata[*]");
  private static final Set<String> SESSION_LIST_PARAMETERS =
      Listing.parametersAnd("status", "customer", "payment_intent");

  private static final Set<String> MONEY_LIST_PARAMETERS =
      Listing.parametersAnd("charge", "payment_intent");
  private static final Listing<RefundTotal> REFUNDS =
      new Listing<>(
          "/v1/refunds",
          "refund",
          it -> it.refund().id(),
          it -> it.refund().created(),
          it -> it.refund().json(it.charge()));
  private static final Listing<Charge> DISPUTES =
      new Listing<>(
          "/v1/disputes",
          "dispute",
          charge -> opened(charge).id(),
          charge -> opened(charge).withdrawal().created(),
          charge -> opened(charge).json(charge));

  private static final Set<String> EVENT_LIST_PARAMETERS =
      Listing.parametersAnd("type", "types[#]", "delivery_success");
  private static final Listing<Event> EVENTS =
      new Listing<>("/v1/events", "event", Event::id, event -> event.created() / 1000, Event::json);

  private final Checkout checkout;
  private final Webhooks webhooks;
  private final JsonFiles<Customer> customers;
  private final Idempotency idempotency;
  private final Ids ids;
  private final InstantSource clock;
  private final Listing<CheckoutSession> sessions;

  public StripeApi(
      Checkout checkout,
      Webhooks webhooks,
      JsonFiles<Customer> customers,
      Idempotency idempotency,
      Ids ids,
      InstantSource clock) {
    this.checkout = checkout;
    this.webhooks = webhooks;
    this.customers = customers;
    this.idempotency = idempotency;
    this.ids = ids;
    this.clock = clock;
    sessions =
        new Listing<>(
            "/v1/checkout/sessions",
            "checkout.session",
            CheckoutSession::id,
            CheckoutSession::created,
            checkout::json);
  }

  List<Route> routes() {
    return List.of(
        route("POST", "/v1/customers", this::createCustomer),
        route("GET", "/v1/customers/*", this::customer),
        route("DELETE", "/v1/customers/*", this::deleteCustomer),
        route("POST", "/v1/checkout/sessions", this::createSession),
        route("GET", "/v1/checkout/sessions", this::sessions),
        route("GET", "/v1/checkout/sessions/*", this::session),
        route("POST", "/v1/checkout/sessions/*/expire", this::expire),
        route("GET", "/v1/payment_intents/*", this::paymentIntent),
        route("GET", "/v1/charges/*", this::charge),
        route("POST", "/v1/refunds", this::createRefund),
        route("GET", "/v1/refunds", this::refunds),
        route("GET", "/v1/refunds/*", this::refund),
        route("GET", "/v1/disputes", this::disputes),
        route("GET", "/v1/disputes/*", this::dispute),
        route("GET", "/v1/events", this::events),
        route("GET", "/v1/events/*", this::event),
        route("GET", "/v1/webhook_endpoints", _ -> webhookEndpoints()));
  }

  private static Route route(String method, String path, Action action) {
    return new Route(
        method,
        path,
        call -> {
          authenticate(call);
          return action.answer(call);
        });
  }

  private static void authenticate(Call call) {
    var authorization = requireNonNullElse(call.header("Authorization"), "");
    var key =
        switch (authorization.split(" ", 2)) {
          case String[] parts when parts.length == 2 && parts[0].equalsIgnoreCase("Bearer") ->
              parts[1].strip();
          case String[] parts when parts.length == 2 && parts[0].equalsIgnoreCase("Basic") ->
              userName(parts[1].strip());
          default ->
              throw StripeError.unauthenticated(
                  "You did not provide an API key. You need to provide your API key in the"
                      + " Authorization header, using Bearer auth (e.g. 'Authorization: Bearer"
                      + " YOUR_SECRET_KEY').");
        };
    if (!TEST_KEY.matcher(key).matches()) {
      throw StripeError.unauthenticated(
          "Invalid API Key provided: this sandbox accepts any key that begins with sk_test_ or rk_test_.");
    }
  }

  private static String userName(String credentials) {
    try {
      return new String(Base64.getDecoder().decode(credentials), UTF_8).split(":", 2)[0];
    } catch (IllegalArgumentException e) {
      throw StripeError.unauthenticated("Invalid Authorization header.");
    }
  }

  private Answer createCustomer(Call call) {
    return idempotency.once(
        call,
        form -> Customer.from(form, ids.customer(), clock.instant().getEpochSecond()),
        customer -> {
          customers.put(customer.id(), customer);
          return customer.json();
        });
  }

  private Answer customer(Call call) {
    return customers
        .find(call.id())
        .map(customer -> Answer.ok(customer.json()))
        .orElseThrow(() -> StripeError.notFound("customer", call.id(), "id"));
  }

  private Answer deleteCustomer(Call call) {
    if (customers.find(call.id()).filter(customer -> !customer.deleted()).isEmpty()) {
      throw StripeError.notFound("customer", call.id(), "id");
    }
    return Answer.ok(customers.change(call.id(), Customer::delete).json());
  }

  private Answer createSession(Call call) {
    return idempotency.once(
        call,
        Order::from,
        order -> {
          var version = requireNonNullElse(call.header("Stripe-Version"), DEFAULT_VERSION);
          return checkout.json(checkout.open(order, version));
        });
  }

  private Answer session(Call call) {
    var expansions = call.form().onlyWith(SESSION_PARAMETERS).texts("expand");
    for (var expansion : expansions) {
      if (!EXPANSIONS.contains(expansion)) {
        throw StripeError.invalid(
            null, "expand", "This property cannot be expanded (" + expansion + ").");
      }
    }
    var session = found(call);
    var json = checkout.json(session);
    if (!expansions.isEmpty() && session.progress().paymentIntent() != null) {
      var intent = session.paymentIntentJson();
      if (expansions.contains(WITH_CHARGE) && session.progress().charge() != null) {
        var _ = intent.set("latest_charge", session.charge().json());
      }
      var _ = json.set("payment_intent", intent);
    }
    return Answer.ok(json);
  }

  private CheckoutSession found(Call call) {
    return checkout
        .find(call.id())
        .orElseThrow(() -> StripeError.notFound("checkout.session", call.id(), "session"));
  }

  private Answer expire(Call call) {
    var id = found(call).id();
    return idempotency.once(call, _ -> id, open -> checkout.json(checkout.expire(open)));
  }

  private Answer paymentIntent(Call call) {
    return checkout
        .findByPaymentIntent(call.id())
        .map(session -> Answer.ok(session.paymentIntentJson()))
        .orElseThrow(() -> StripeError.notFound("payment_intent", call.id(), "intent"));
  }

  private Answer charge(Call call) {
    return checkout
        .findByCharge(call.id())
        .map(session -> Answer.ok(session.charge().json()))
        .orElseThrow(() -> StripeError.notFound("charge", call.id(), "charge"));
  }

  private Answer createRefund(Call call) {
    return idempotency.once(
        call,
        form -> Refund.Wanted.from(form.onlyWith(REFUND_PARAMETERS)),
        wanted -> {
          var charge = checkout.refund(paid(call.form()).id(), wanted).charge();
          return charge.refunds().getLast().json(charge);
        });
  }

  /** The session whose payment intent or charge is in the parameters. */
  private CheckoutSession paid(Form form) {
    if (form.has("payment_intent") == form.has("charge")) {
      throw StripeError.invalid(
          null, null, "Exactly one of these parameters must be given: payment_intent or charge.");
    }
    if (form.has("charge")) {
      var id = form.required("charge");
      return checkout
          .findByCharge(id)
          .orElseThrow(() -> StripeError.noSuch("charge", id, "charge"));
    }
    var id = form.required("payment_intent");
    return checkout
        .findByPaymentIntent(id)
        .orElseThrow(() -> StripeError.noSuch("payment_intent", id, "payment_intent"));
  }

  private Answer refunds(Call call) {
    var form = call.form().onlyWith(MONEY_LIST_PARAMETERS);
    var wanted = wantedCharge(form);
    return Answer.ok(REFUNDS.page(form, refunded().toList(), it -> wanted.test(it.charge())));
  }

  private Answer refund(Call call) {
    return refunded()
        .filter(it -> it.refund().id().equals(call.id()))
        .findFirst()
        .map(it -> Answer.ok(it.refund().json(it.charge())))
        .orElseThrow(() -> StripeError.notFound("refund", call.id(), "refund"));
  }

  /** A refund and its charge. */
  private record RefundTotal(Charge charge, Refund refund) {}

  /** All refunds, newest first. */
  private Stream<RefundTotal> refunded() {
    return checkout.newestFirst().stream()
        .flatMap(session -> Optional.ofNullable(session.progress().charge()).stream())
        .flatMap(
            charge ->
                charge.refunds().reversed().stream().map(refund -> new RefundTotal(charge, refund)))
        .sorted(Comparator.comparingLong((RefundTotal it) -> it.refund().created()).reversed());
  }

  private static Predicate<Charge> wantedCharge(Form form) {
    var charge = form.text("charge");
    var payment = form.text("payment_intent");
    return it ->
        (charge.isEmpty() || charge.get().equals(it.id()))
            && (payment.isEmpty() || payment.get().equals(it.paymentIntent()));
  }

  private Answer disputes(Call call) {
    var form = call.form().onlyWith(MONEY_LIST_PARAMETERS);
    return Answer.ok(DISPUTES.page(form, disputed().toList(), wantedCharge(form)));
  }

  private Answer dispute(Call call) {
    return disputed()
        .filter(charge -> opened(charge).id().equals(call.id()))
        .findFirst()
        .map(charge -> Answer.ok(opened(charge).json(charge)))
        .orElseThrow(() -> StripeError.notFound("dispute", call.id(), "dispute"));
  }

  /** All charges that have a dispute, won or not, newest dispute first. */
  private Stream<Charge> disputed() {
    return checkout.newestFirst().stream()
        .flatMap(session -> Optional.ofNullable(session.progress().charge()).stream())
        .filter(charge -> charge.dispute() != null)
        .sorted(
            Comparator.comparingLong((Charge charge) -> opened(charge).withdrawal().created())
                .reversed());
  }

  private static Dispute opened(Charge disputed) {
    return requireNonNull(disputed.dispute());
  }

  private Answer sessions(Call call) {
    var form = call.form().onlyWith(SESSION_LIST_PARAMETERS);
    return Answer.ok(sessions.page(form, checkout.newestFirst(), wantedSession(form)));
  }

  private static Predicate<CheckoutSession> wantedSession(Form form) {
    var status = form.text("status");
    if (status.isPresent() && !STATUSES.contains(status.get())) {
      throw StripeError.invalid(
          null, "status", "Invalid status: must be one of open, complete, or expired");
    }
    var customer = form.text("customer");
    var paymentIntent = form.text("payment_intent");
    return session ->
        (status.isEmpty() || status.get().equals(session.progress().status().word()))
            && (customer.isEmpty() || customer.get().equals(session.order().customer()))
            && (paymentIntent.isEmpty()
                || paymentIntent.get().equals(session.progress().paymentIntent()));
  }

  private Answer event(Call call) {
    return webhooks
        .find(call.id())
        .map(event -> Answer.ok(event.json()))
        .orElseThrow(() -> StripeError.notFound("event", call.id(), "id"));
  }

  /** Our only endpoint, which receives every event. */
  private Answer webhookEndpoints() {
    var list = JsonNodeFactory.instance.objectNode();
    var endpoint =
        list.put("object", "list").put("url", "/v1/webhook_endpoints").putArray("data").addObject();
    endpoint.putArray("enabled_events").add("*");
    endpoint
        .put("id", "we_local")
        .put("object", "webhook_endpoint")
        .put("livemode", false)
        .put("status", "enabled")
        .put("url", webhooks.target().toString());
    return Answer.ok(list.put("has_more", false));
  }

  private Answer events(Call call) {
    var form = call.form().onlyWith(EVENT_LIST_PARAMETERS);
    return Answer.ok(EVENTS.page(form, webhooks.newestFirst(), wantedEvent(form)));
  }

  private static Predicate<Event> wantedEvent(Form form) {
    var type = form.text("type");
    var types = form.texts("types");
    if (type.isPresent() && !types.isEmpty()) {
      throw StripeError.invalid(null, "types", "You may pass either type or types, but not both.");
    }
    var delivered = form.yesOrNo("delivery_success");
    return event ->
        (type.isEmpty() || isOf(type.get(), event))
            && (types.isEmpty() || types.contains(event.type()))
            && (delivered.isEmpty() || delivered.get() == event.delivered());
  }

  /** Whether an event has the type, or matches a wildcard such as {@code charge.*}. */
  private static boolean isOf(String type, Event event) {
    return type.endsWith("*")
        ? event.type().startsWith(type.substring(0, type.length() - 1))
        : event.type().equals(type);
  }
}
