package dev.photocredits.systemtests.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A fake of Stripe's customers, checkout sessions and events. A repeated idempotency key returns
 * the same response, even a failure. Tests set the state of sessions and the list of events.
 */
public final class FakeStripe implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A call with its form parameters. */
  public record Call(
      String method,
      String path,
      String authorization,
      String idempotencyKey,
      Map<String, String> form) {}

  /** A failure response. */
  public record Failure(int status, String body) {
    /** An error with this type and code, and with a message that must not reach callers. */
    public static Failure of(int status, String type, String code) {
      var body = JSON.createObjectNode();
      body.putObject("error")
          .put("type", type)
          .put("code", code)
          .put("message", "secret words of the bank");
      return new Failure(status, body.toString());
    }
  }

  /** The request and response of an idempotency key; the status is 200 if it succeeded. */
  private record Recorded(Map<String, String> form, Failure response) {}

  private final LoopbackServer listener = LoopbackServer.start(this::answer);
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Map<String, Recorded> responses = new ConcurrentHashMap<>();
  private final Set<String> failingPaths = ConcurrentHashMap.newKeySet();
  private final Set<String> deletedCustomers = ConcurrentHashMap.newKeySet();
  private final Map<String, ObjectNode> sessions = new ConcurrentHashMap<>();
  private final Map<String, ObjectNode> disputes = new ConcurrentHashMap<>();
  private final List<StripeEvent> events = new CopyOnWriteArrayList<>();
  private final AtomicInteger ids = new AtomicInteger();
  private volatile Function<Call, Optional<Failure>> script = _ -> Optional.empty();

  public URI address() {
    return listener.address();
  }

  /** Forgets all calls, and stops failing. */
  public void works() {
    follows(_ -> Optional.empty());
  }

  /** Forgets all calls, and fails every call from now on. */
  public void fails(Failure always) {
    follows(_ -> Optional.of(always));
  }

  /** Forgets all calls, and fails only the next call of this path. */
  public void failsOnce(String path, Failure failure) {
    var left = new AtomicInteger(1);
    follows(
        call ->
            call.path().equals(path) && left.getAndDecrement() > 0
                ? Optional.of(failure)
                : Optional.empty());
  }

  /** Forgets all calls, and fails the calls of this path from now on. */
  public void failsFor(String path, Failure failure) {
    follows(call -> call.path().equals(path) ? Optional.of(failure) : Optional.empty());
  }

  /** Fails the next creation at this path; repeats with its idempotency key fail as well. */
  public void failsMidway(String path) {
    failingPaths.add(path);
  }

  /** Deletes a customer, as is possible in Stripe's dashboard. */
  public void deletes(String customer) {
    deletedCustomers.add(customer);
  }

  private void follows(Function<Call, Optional<Failure>> next) {
    calls.clear();
    script = next;
  }

  /**
   * Sets the state of a session.
   *
   * @param payment the status of its payment intent; null if the session needs no payment
   */
  public void isNow(String session, String status, String paymentStatus, @Nullable String payment) {
    session(session, json -> json.put("status", status).put("payment_status", paymentStatus));
    if (payment != null) {
      session(
          session,
          json ->
              json.putObject("payment_intent")
                  .put("id", "pi_" + session)
                  .put("object", "payment_intent")
                  .put("status", payment));
    }
  }

  /** Completes the session with a successful payment. */
  public void pays(String session) {
    isNow(session, "complete", "paid", "succeeded");
  }

  /** Sets the refunded total of a paid session, in cents, and whether it is disputed. */
  public void isReturned(String session, long refunded, boolean disputed) {
    session(
        session,
        json ->
            json.withObjectProperty("payment_intent")
                .putObject("latest_charge")
                .put("id", "ch_" + session)
                .put("object", "charge")
                .put("amount", json.path("amount_total").asLong())
                .put("amount_refunded", refunded)
                .put("currency", "usd")
                .put("disputed", disputed)
                .put("payment_intent", "pi_" + session));
  }

  /** Changes the JSON of a session. */
  public void session(String id, Consumer<ObjectNode> change) {
    sessions.compute(
        id,
        (_, json) -> {
          var next = Objects.requireNonNull(json, id).deepCopy();
          change.accept(next);
          return next;
        });
  }

  /** Adds a dispute. */
  public void has(ObjectNode dispute) {
    disputes.put(dispute.path("id").asText(), dispute);
  }

  /** Adds an event at the start of the list. */
  public void remembers(StripeEvent event) {
    events.addFirst(event);
  }

  /** The calls of this path, such as {@code /v1/customers}. */
  public List<Call> calls(String path) {
    return calls.stream().filter(call -> call.path().equals(path)).toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var call = call(exchange);
      calls.add(call);
      var failure = script.apply(call);
      if (failure.isPresent()) {
        send(exchange, failure.get().status(), failure.get().body());
      } else if (call.method().equals("POST")) {
        once(exchange, call);
      } else if (call.path().equals("/v1/events")) {
        send(exchange, 200, listed(events.stream().map(StripeEvent::json)));
      } else if (call.path().equals("/v1/disputes")) {
        send(exchange, 200, listed(disputesOf(exchange.getRequestURI().getQuery())));
      } else {
        found(exchange, call);
      }
    }
  }

  private void once(HttpExchange exchange, Call call) throws IOException {
    var isNew = new AtomicBoolean();
    var recorded =
        responses.computeIfAbsent(
            call.idempotencyKey(),
            _ -> {
              isNew.set(true);
              return new Recorded(call.form(), created(call));
            });
    if (!recorded.form().equals(call.form())) {
      var reused = Failure.of(400, "idempotency_error", "none");
      send(exchange, reused.status(), reused.body());
      return;
    }
    if (!isNew.get()) {
      exchange.getResponseHeaders().set("Idempotent-Replayed", "true");
    }
    send(exchange, recorded.response().status(), recorded.response().body());
  }

  private Call call(HttpExchange exchange) throws IOException {
    var headers = exchange.getRequestHeaders();
    return new Call(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        Optional.ofNullable(headers.getFirst("Authorization")).orElse(""),
        Optional.ofNullable(headers.getFirst("Idempotency-Key"))
            .orElseGet(() -> "none " + ids.incrementAndGet()),
        form(new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
  }

  private static Map<String, String> form(String body) {
    var form = new LinkedHashMap<String, String>();
    for (var pair : body.split("&", -1)) {
      var parts = pair.split("=", 2);
      form.put(
          URLDecoder.decode(parts[0], UTF_8),
          parts.length > 1 ? URLDecoder.decode(parts[1], UTF_8) : "");
    }
    return form;
  }

  private Failure created(Call call) {
    if (failingPaths.remove(call.path())) {
      return Failure.of(500, "api_error", "oops");
    }
    if (deletedCustomers.contains(call.form().getOrDefault("customer", ""))) {
      return new Failure(
          400,
          """
          {"error": {"type": "invalid_request_error", "code": "resource_missing",
                     "param": "customer", "message": "No such customer: secret"}}\
          """);
    }
    return new Failure(
        200,
        switch (call.path()) {
          case "/v1/customers" -> object("cus_", "customer").toString();
          case "/v1/checkout/sessions" -> session(call.form()).toString();
          default -> throw new IllegalStateException("the fake does not support " + call.path());
        });
  }

  private ObjectNode session(Map<String, String> form) {
    var session = object("cs_test_", "checkout.session");
    var id = session.get("id").asText();
    session
        .put("url", "https://checkout.stripe.test/c/pay/" + id)
        .put("status", "open")
        .put("payment_status", "unpaid")
        .put("currency", "usd")
        .put(
            "amount_total",
            Long.parseLong(form.getOrDefault("line_items[0][price_data][unit_amount]", "0")));
    var metadata = session.putObject("metadata");
    form.forEach(
        (field, value) -> {
          if (field.startsWith("metadata[")) {
            metadata.put(field.substring("metadata[".length(), field.length() - 1), value);
          }
        });
    sessions.put(id, session);
    return session;
  }

  private void found(HttpExchange exchange, Call call) throws IOException {
    var id = call.path().substring(call.path().lastIndexOf('/') + 1);
    var session = sessions.getOrDefault(id, disputes.get(id));
    if (session == null) {
      var missing = Failure.of(404, "invalid_request_error", "resource_missing");
      send(exchange, missing.status(), missing.body());
    } else {
      send(exchange, 200, session.toString());
    }
  }

  private Stream<ObjectNode> disputesOf(String query) {
    return disputes.values().stream()
        .filter(
            dispute -> query.contains("payment_intent=" + dispute.path("payment_intent").asText()));
  }

  private static String listed(Stream<ObjectNode> all) {
    var list = JSON.createObjectNode().put("object", "list").put("has_more", false);
    var data = list.putArray("data");
    all.forEach(data::add);
    return list.toString();
  }

  private ObjectNode object(String prefix, String kind) {
    return JSON.createObjectNode().put("id", prefix + ids.incrementAndGet()).put("object", kind);
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set("Request-Id", "req_1");
    LoopbackServer.send(exchange, status, text);
  }

  @Override
  public void close() {
    listener.close();
  }
}
