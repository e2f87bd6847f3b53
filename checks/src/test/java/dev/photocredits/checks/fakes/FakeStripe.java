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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Stripe's customers and Checkout Sessions. A repeat of an idempotency key gets the same object.
 */
public final class FakeStripe implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A call, and what its form said. */
  public record Call(
      String path, String authorization, String idempotencyKey, Map<String, String> form) {}

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

  private final Listener listener = Listener.start(this::answer);
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Map<String, String> answered = new ConcurrentHashMap<>();
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

  private void follows(Function<Call, Optional<Failure>> next) {
    calls.clear();
    script = next;
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
      } else {
        send(exchange, 200, answered.computeIfAbsent(call.idempotencyKey(), _ -> created(call)));
      }
    }
  }

  private Call call(HttpExchange exchange) throws IOException {
    var headers = exchange.getRequestHeaders();
    return new Call(
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

  private String created(Call call) {
    return switch (call.path()) {
      case "/v1/customers" -> object("cus_", "customer").toString();
      case "/v1/checkout/sessions" -> session().toString();
      default -> throw new IllegalStateException("not imitated: " + call.path());
    };
  }

  private ObjectNode session() {
    var session = object("cs_test_", "checkout.session");
    return session.put("url", "https://checkout.stripe.test/c/pay/" + session.get("id").asText());
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
