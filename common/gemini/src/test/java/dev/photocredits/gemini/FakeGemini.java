package dev.photocredits.gemini;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import dev.photocredits.lambda.ScriptedServer;
import dev.photocredits.lambda.ScriptedServer.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A fake of the Gemini API that responds by a script. */
public final class FakeGemini implements AutoCloseable {

  /** A recorded call. */
  record Call(String path, Optional<String> apiKey, String body) {}

  private final ScriptedServer<Call> server;

  private FakeGemini(Answer... script) {
    server = new ScriptedServer<>(FakeGemini::call, script);
  }

  static FakeGemini answering(Answer... script) {
    return new FakeGemini(script);
  }

  private static Call call(HttpExchange exchange, String body) {
    return new Call(
        exchange.getRequestURI().getPath(),
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("x-goog-api-key")),
        body);
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

  static Answer picture(String type, byte[] bytes) {
    return json(candidate("STOP", inlineData(type, Base64.getEncoder().encodeToString(bytes))));
  }

  static Answer json(String body) {
    return exchange -> {
      exchange.getResponseHeaders().set("content-type", "application/json");
      LoopbackServer.send(exchange, 200, body);
    };
  }

  /** A response in {@code src/test/resources/answers}, with status, headers and body. */
  static Answer recorded(String name) {
    try (var file = FakeGemini.class.getResourceAsStream("/answers/" + name + ".json")) {
      var answer = new ObjectMapper().readTree(file);
      var body = answer.get("body").toString();
      return exchange -> {
        for (var header : answer.get("headers").properties()) {
          exchange.getResponseHeaders().set(header.getKey(), header.getValue().asText());
        }
        LoopbackServer.send(exchange, answer.get("status").asInt(), body);
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

  /** Sends the beginning of a response, and then keeps the connection open. */
  static Answer hangingInItsBody() {
    return exchange -> {
      begin(exchange);
      ScriptedServer.hang();
    };
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
    return exchange -> LoopbackServer.send(exchange, status, body);
  }

  private static void begin(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(200, 100_000);
    exchange.getResponseBody().write("{\"candidates\": [".getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
  }
}
