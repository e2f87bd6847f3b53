package dev.photocredits.systemtests.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.function.Predicate;

/** DynamoDB Local behind a proxy that fails on demand. */
public final class FailingDynamoDb implements AutoCloseable {
  private final LocalDynamoDb dynamoDb = LocalDynamoDb.inMemory();
  private final HttpClient http = HttpClient.newHttpClient();
  private final LoopbackServer listener = LoopbackServer.start(this::pass);
  private volatile Predicate<String> failing = _ -> false;
  private volatile String losing = "";

  public URI address() {
    return listener.address();
  }

  /** Fails every request with 500. */
  public void fails() {
    failing = _ -> true;
  }

  /** Fails the requests that contain this text with 500. */
  public void failsFor(String text) {
    failing = body -> body.contains(text);
  }

  /** Executes requests of this operation, but returns 500 for them. */
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
          HttpRequest.newBuilder(dynamoDb.endpoint().resolve(exchange.getRequestURI()))
              .POST(BodyPublishers.ofByteArray(body));
      for (var name :
          new String[] {"Authorization", "Content-Type", "X-Amz-Date", "X-Amz-Target"}) {
        Optional.ofNullable(exchange.getRequestHeaders().getFirst(name))
            .ifPresent(value -> request.header(name, value));
      }
      var response = http.send(request.build(), BodyHandlers.ofByteArray());
      var target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      if (!losing.isEmpty() && target != null && target.endsWith(losing)) {
        exchange.sendResponseHeaders(500, -1);
        return;
      }
      response
          .headers()
          .firstValue("x-amz-crc32")
          .ifPresent(crc -> exchange.getResponseHeaders().set("x-amz-crc32", crc));
      exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
      LoopbackServer.send(exchange, response.statusCode(), response.body());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    listener.close();
    http.close();
    dynamoDb.close();
  }
}
