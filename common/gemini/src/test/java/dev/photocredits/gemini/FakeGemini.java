package dev.photocredits.gemini;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/**
 * A fake of the Gemini API: an HTTP server that records its calls. It responds by a script, and
 * repeats the last response of the script for all further calls.
 */
public final class FakeGemini implements AutoCloseable {

  /** A recorded call. */
  record Call(String path, Optional<String> apiKey, String body) {}

  /** What the server does with a call. */
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private final HttpServer server;
  private final List<Answer> script;
  private final List<Call> calls = new CopyOnWriteArrayList<>();

  private FakeGemini(List<Answer> script) throws IOException {
    this.script = script;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::serve);
    server.start();
  }

  static FakeGemini answering(Answer... script) {
    try {
      return new FakeGemini(List.of(script));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var key = Optional.ofNullable(exchange.getRequestHeaders().getFirst("x-goog-api-key"));
      int nth;
      synchronized (calls) {
        nth = Math.min(calls.size(), script.size() - 1);
        calls.add(new Call(exchange.getRequestURI().getPath(), key, body));
      }
      script.get(nth).to(exchange);
    }
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

  static Answer picture(String type, byte[] bytes) {
    return json(candidate("STOP", inlineData(type, Base64.getEncoder().encodeToString(bytes))));
  }

  static Answer json(String body) {
    return exchange -> {
      exchange.getResponseHeaders().set("content-type", "application/json");
      send(exchange, 200, body.getBytes(StandardCharsets.UTF_8));
    };
  }

  /** A response in {@code src/test/resources/answers}, with status, headers and body. */
  static Answer recorded(String name) {
    try (var file = FakeGemini.class.getResourceAsStream("/answers/" + name + ".json")) {
      var answer = new ObjectMapper().readTree(file);
      var body = answer.get("body").toString().getBytes(StandardCharsets.UTF_8);
      return exchange -> {
        for (var header : answer.get("headers").properties()) {
          exchange.getResponseHeaders().set(header.getKey(), header.getValue().asText());
        }
        send(exchange, answer.get("status").asInt(), body);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Answer status(int status) {
    // Like Gemini's own errors, the message may quote the prompt.
    return error(status, "cannot do: " + GeminiImageModelTest.PROMPT);
  }

  static Answer status(int status, int retryAfterSeconds) {
    return exchange -> {
      exchange.getResponseHeaders().set("retry-after", Integer.toString(retryAfterSeconds));
      status(status).to(exchange);
    };
  }

  /** Sends no response, and keeps the connection open. */
  static Answer hanging() {
    return _ -> await();
  }

  /** Sends the beginning of a response, and then keeps the connection open. */
  static Answer hangingInItsBody() {
    return exchange -> {
      begin(exchange);
      await();
    };
  }

  /** Closes the connection without a response. */
  static Answer closing() {
    return _ -> {};
  }

  /** Closes the connection in the middle of the response. */
  static Answer closingInItsBody() {
    return FakeGemini::begin;
  }

  /** A response with one candidate, whose parts are given as JSON objects. */
  static String candidate(String finishReason, String... parts) {
    return """
        {"candidates": [{"content": {"role": "model", "parts": [%s]}, "finishReason": "%s"}]}"""
        .formatted(String.join(", ", parts), finishReason);
  }

  static String inlineData(String type, String base64) {
    return """
        {"inlineData": {"mimeType": "%s", "data": "%s"}}"""
        .formatted(type, base64);
  }

  static String text(String text) {
    return """
        {"text": "%s"}"""
        .formatted(text);
  }

  /** An error in Gemini's format. */
  static Answer error(int status, String message) {
    var body =
        """
        {"error": {"code": %d, "message": "%s", "status": "SOME_STATUS"}}"""
            .formatted(status, message);
    return exchange -> send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static void begin(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(200, 100_000);
    exchange.getResponseBody().write("{\"candidates\": [".getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
  }

  private static void await() {
    try {
      NEVER.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
