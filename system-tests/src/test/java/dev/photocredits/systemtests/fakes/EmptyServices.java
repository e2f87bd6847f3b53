package dev.photocredits.systemtests.fakes;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Fakes of DynamoDB, S3, Stripe and Gemini at one address, without any data. They record all calls.
 */
public final class EmptyServices implements AutoCloseable {
  private final LoopbackServer listener = LoopbackServer.start(this::answer);
  private final List<String> calls = new CopyOnWriteArrayList<>();

  public URI address() {
    return listener.address();
  }

  /** The calls in order: an operation of DynamoDB, or a method and a path. */
  public List<String> calls() {
    return calls;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var _ = exchange.getRequestBody().readAllBytes();
      var call =
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Amz-Target"))
              .map(target -> target.substring(target.indexOf('.') + 1))
              .orElse(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
      calls.add(call);
      switch (call) {
        case "Query" -> send(exchange, 200, "{\"Items\":[],\"Count\":0,\"ScannedCount\":0}");
        case "GetItem", "GET /v1beta/models/gemini-nano-banana-2.1" -> send(exchange, 200, "{}");
        default ->
            send(
                exchange,
                404,
                exchange.getRequestMethod().equals("HEAD")
                    ? ""
                    : "{\"error\":{\"type\":\"invalid_request_error\"}}");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    LoopbackServer.send(exchange, status, text);
  }

  @Override
  public void close() {
    listener.close();
  }
}
