package dev.photocredits.checks.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.local.LocalDynamoDb;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.function.Predicate;

/** A real DynamoDB behind a server that fails when told to. */
public final class FailingDynamoDb implements AutoCloseable {
  private final LocalDynamoDb engine = LocalDynamoDb.inMemory();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Listener listener = Listener.start(this::pass);
  private volatile Predicate<String> failing = _ -> false;
  private volatile String losing = "";

  public URI address() {
    return listener.address();
  }

  /** Fails every request with 500. */
  public void fails() {
    failing = _ -> true;
  }

  /** Fails the requests that contain that text. */
  public void failsFor(String text) {
    failing = body -> body.contains(text);
  }

  /** Does what that operation asks for, and answers 500 all the same. */
  public void losesAnswersTo(String operation) {
    losing = operation;
  }

  public void works() {
    failing = _ -> false;
    losing = "";
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = exchange.getRequestBody().readAllBytes();
      if (failing.test(new String(body, UTF_8))) {
        exchange.sendResponseHeaders(500, -1);
        return;
      }
      var request =
          HttpRequest.newBuilder(engine.endpoint().resolve(exchange.getRequestURI()))
              .POST(BodyPublishers.ofByteArray(body));
      for (var name :
          new String[] {"Authorization", "Content-Type", "X-Amz-Date", "X-Amz-Target"}) {
        Optional.ofNullable(exchange.getRequestHeaders().getFirst(name))
            .ifPresent(value -> request.header(name, value));
      }
      var answer = http.send(request.build(), BodyHandlers.ofByteArray());
      var target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      if (!losing.isEmpty() && target != null && target.endsWith(losing)) {
        exchange.sendResponseHeaders(500, -1);
        return;
      }
      answer
          .headers()
          .firstValue("x-amz-crc32")
          .ifPresent(crc -> exchange.getResponseHeaders().set("x-amz-crc32", crc));
      exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
      exchange.sendResponseHeaders(
          answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    listener.close();
    http.close();
    engine.close();
  }
}
