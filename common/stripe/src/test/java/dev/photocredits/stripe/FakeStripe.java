package dev.photocredits.stripe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A fake of the Stripe API: an HTTP server that records its calls. It responds by a script, and
 * repeats the last response of the script for all further calls.
 */
public final class FakeStripe implements AutoCloseable {

  /** A recorded call, with the decoded fields of its query and form. */
  record Call(
      String method,
      String path,
      Map<String, String> query,
      Optional<String> authorization,
      Optional<String> idempotencyKey,
      Map<String, String> fields) {}

  /** What the server does with a call. */
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private final HttpServer server;
  private final List<Answer> script;
  private final List<Call> calls = new CopyOnWriteArrayList<>();

  private FakeStripe(List<Answer> script) throws IOException {
    this.script = script;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::serve);
    server.start();
  }

  static FakeStripe answering(Answer... script) {
    try {
      return new FakeStripe(List.of(script));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var headers = exchange.getRequestHeaders();
      int nth;
      synchronized (calls) {
        nth = Math.min(calls.size(), script.size() - 1);
        calls.add(
            new Call(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                fields(exchange.getRequestURI().getRawQuery()),
                Optional.ofNullable(headers.getFirst("authorization")),
                Optional.ofNullable(headers.getFirst("idempotency-key")),
                fields(body)));
      }
      script.get(nth).to(exchange);
    }
  }

  private static Map<String, String> fields(@Nullable String form) {
    var fields = new TreeMap<String, String>();
    if (form == null || form.isEmpty()) {
      return fields;
    }
    for (var field : form.split("&", -1)) {
      var equals = field.indexOf('=');
      fields.put(decoded(field.substring(0, equals)), decoded(field.substring(equals + 1)));
    }
    return fields;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  List<Call> calls() {
    return calls;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  static Answer customer(String id) {
    return json(
        200,
        """
        {"id": "%s", "object": "customer", "email": "ada@example.com"}"""
            .formatted(id));
  }

  static Answer session(String id, String url) {
    return json(
        200,
        """
        {"id": "%s", "object": "checkout.session", "url": "%s", "payment_status": "unpaid"}"""
            .formatted(id, url));
  }

  /** An error as Stripe sends it: the message contains the address and key of the request. */
  static Answer error(int status, String type, String code) {
    return json(
        status,
        """
        {"error": {"type": "%s", "code": "%s",
                   "message": "no: ada@example.com by %s"}}"""
            .formatted(type, code, StripePaymentsTest.KEY));
  }

  static Answer json(int status, String body) {
    return exchange -> {
      var bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.getResponseHeaders().set("request-id", "req_1");
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** A replay of the response that was stored under the idempotency key. */
  static Answer replayed(Answer first) {
    return exchange -> {
      exchange.getResponseHeaders().set("idempotent-replayed", "true");
      first.to(exchange);
    };
  }

  /** Sends no response, and keeps the connection open. */
  static Answer hanging() {
    return _ -> {
      try {
        NEVER.await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    };
  }

  /** Closes the connection without a response. */
  static Answer closing() {
    return _ -> {};
  }
}
