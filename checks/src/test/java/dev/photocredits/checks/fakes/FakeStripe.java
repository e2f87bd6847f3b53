package dev.photocredits.checks.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
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
 * Stripe's customers, Checkout Sessions and events. A repeat of an idempotency key gets the same
 * answer, also if that was a failure; what became of a session, and what was told, is what the test
 * says.
 */
public final class FakeStripe implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A call, and what its form said. */
  public record Call(
      String method,
      String path,
      String authorization,
      String idempotencyKey,
      Map<String, String> form) {}

  /** A failure instead of an answer. */
  public record Failure(int status, String body) {
    /** An error object of that type and code, with words that nobody outside should read. */
    public static Failure of(int status, String type, String code) {
      var body = JSON.createObjectNode();
      body.putObject("error")
          .put("type", type)
          .put("code", code)
          .put("message", "secret words of the bank");
      return new Failure(status, body.toString());
    }
  }

  /** What a key stands for; an answer that is no failure has the status 200. */
  private record Kept(Map<String, String> form, Failure answer) {}

  private final Listener listener = Listener.start(this::answer);
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Map<String, Kept> answered = new ConcurrentHashMap<>();
  private final Set<String> doomed = ConcurrentHashMap.newKeySet();
  private final Set<String> deletedCustomers = ConcurrentHashMap.newKeySet();
  private final Map<String, ObjectNode> sessions = new ConcurrentHashMap<>();
  private final Map<String, ObjectNode> disputes = new ConcurrentHashMap<>();
  private final List<StripeEvent> events = new CopyOnWriteArrayList<>();
  private final AtomicInteger ids = new AtomicInteger();
  private volatile Function<Call, Optional<Failure>> script = _ -> Optional.empty();

  public URI address() {
    return listener.address();
  }

  /** Forgets the calls so far, and works. */
  public void works() {
    follows(_ -> Optional.empty());
  }

  /** Forgets the calls so far, and fails every call in that way. */
  public void fails(Failure always) {
    follows(_ -> Optional.of(always));
  }

  /** Forgets the calls so far, and fails the next call of that path alone. */
  public void failsOnce(String path, Failure failure) {
    var left = new AtomicInteger(1);
    follows(
        call ->
            call.path().equals(path) && left.getAndDecrement() > 0
                ? Optional.of(failure)
                : Optional.empty());
  }

  /** Forgets the calls so far, and fails the calls of that path. */
  public void failsFor(String path, Failure failure) {
    follows(call -> call.path().equals(path) ? Optional.of(failure) : Optional.empty());
  }

  /** Begins the next creation at that path and fails it, and so every repeat under its key. */
  public void failsMidway(String path) {
    doomed.add(path);
  }

  /** Deletes a customer, as a person may do in Stripe's dashboard. */
  public void deletes(String customer) {
    deletedCustomers.add(customer);
  }

  private void follows(Function<Call, Optional<Failure>> next) {
    calls.clear();
    script = next;
  }

  /** The session's payment is in that state from now on; without one it needs no payment. */
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

  /** The session is paid from now on. */
  public void pays(String session) {
    isNow(session, "complete", "paid", "succeeded");
  }

  /**
   * Of what the paid session cost, so many cents have been refunded by now, and a dispute may have
   * been opened.
   */
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

  /** Changes what is shown of a session. */
  public void session(String id, Consumer<ObjectNode> change) {
    sessions.compute(
        id,
        (_, json) -> {
          var next = Objects.requireNonNull(json, id).deepCopy();
          change.accept(next);
          return next;
        });
  }

  /** Tells of that dispute when it is asked for it. */
  public void has(ObjectNode dispute) {
    disputes.put(dispute.path("id").asText(), dispute);
  }

  /** Lists that event, too, before those that it lists already. */
  public void remembers(StripeEvent event) {
    events.addFirst(event);
  }

  /** The calls of that path, such as {@code /v1/customers}. */
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
    var kept =
        answered.computeIfAbsent(
            call.idempotencyKey(),
            _ -> {
              isNew.set(true);
              return new Kept(call.form(), created(call));
            });
    if (!kept.form().equals(call.form())) {
      var reused = Failure.of(400, "idempotency_error", "none");
      send(exchange, reused.status(), reused.body());
      return;
    }
    if (!isNew.get()) {
      exchange.getResponseHeaders().set("Idempotent-Replayed", "true");
    }
    send(exchange, kept.answer().status(), kept.answer().body());
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
    if (doomed.remove(call.path())) {
      return Failure.of(500, "api_error", "oops");
    }
    if (deletedCustomers.contains(call.form().getOrDefault("customer", ""))) {
      return new Failure(
          400,
          """
          {"error": {"type": "invalid_request_error", "code": "resource_missing",
                     "param": "customer", "message": "No such customer: secret"}}""");
    }
    return new Failure(
        200,
        switch (call.path()) {
          case "/v1/customers" -> object("cus_", "customer").toString();
          case "/v1/checkout/sessions" -> session(call.form()).toString();
          default -> throw new IllegalStateException("not imitated: " + call.path());
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
    var body = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set("Request-Id", "req_1");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    listener.close();
  }
}
