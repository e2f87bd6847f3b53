package dev.photocredits.stripe;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import dev.photocredits.lambda.ScriptedServer;
import dev.photocredits.lambda.ScriptedServer.Answer;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A fake of the Stripe API that responds by a script. */
public final class FakeStripe implements AutoCloseable {

  /** A recorded call, with the decoded fields of its query and form. */
  record Call(
      String method,
      String path,
      Map<String, String> query,
      Optional<String> authorization,
      Optional<String> idempotencyKey,
      Map<String, String> fields) {}

  private final ScriptedServer<Call> server;

  private FakeStripe(Answer... script) {
    server = new ScriptedServer<>(FakeStripe::call, script);
  }

  static FakeStripe answering(Answer... script) {
    return new FakeStripe(script);
  }

  private static Call call(HttpExchange exchange, String body) {
    var headers = exchange.getRequestHeaders();
    return new Call(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        fields(exchange.getRequestURI().getRawQuery()),
        Optional.ofNullable(headers.getFirst("authorization")),
        Optional.ofNullable(headers.getFirst("idempotency-key")),
        fields(body));
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
    return server.address();
  }

  List<Call> calls() {
    return server.calls();
  }

  @Override
  public void close() {
    server.close();
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
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.getResponseHeaders().set("request-id", "req_1");
      LoopbackServer.send(exchange, status, body);
    };
  }

  /** A replay of the response that was stored under the idempotency key. */
  static Answer replayed(Answer first) {
    return exchange -> {
      exchange.getResponseHeaders().set("idempotent-replayed", "true");
      first.to(exchange);
    };
  }
}
