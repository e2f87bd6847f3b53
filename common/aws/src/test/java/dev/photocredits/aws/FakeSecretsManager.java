package dev.photocredits.aws;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A fake of Secrets Manager that implements {@code GetSecretValue} with the secrets that the test
 * puts.
 */
public final class FakeSecretsManager implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LoopbackServer listener = LoopbackServer.start(this::answer);
  private final Map<String, String> secrets = new ConcurrentHashMap<>();
  private final Map<String, Integer> reads = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile String refusal = "";
  private volatile int failure;
  private volatile boolean hanging;

  public URI address() {
    return listener.address();
  }

  public void put(String id, String text) {
    secrets.put(id, text);
  }

  /** How often the secret was read. */
  public int reads(String id) {
    return reads.getOrDefault(id, 0);
  }

  /** Returns this error from now on. */
  public void refuses(String error) {
    refusal = error;
  }

  /** Returns this status from now on; 200 means that it works again. */
  public void fails(int status) {
    failure = status;
  }

  /** Answers no request from now on. */
  public void hangs() {
    hanging = true;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var operation = exchange.getRequestHeaders().getFirst("x-amz-target");
      var id = JSON.readTree(exchange.getRequestBody()).path("SecretId").asText();
      var _ = reads.merge(id, 1, Integer::sum);
      var secret = secrets.get(id);
      if (hanging) {
        awaitClosing();
      }
      if (failure >= 400) {
        send(exchange, failure, Map.of("message", "try again"));
      } else if (!"secretsmanager.GetSecretValue".equals(operation)) {
        send(exchange, 400, Map.of("__type", "UnknownOperationException"));
      } else if (!refusal.isEmpty()) {
        send(exchange, 400, Map.of("__type", refusal, "message", "no"));
      } else if (secret == null) {
        send(exchange, 400, Map.of("__type", "ResourceNotFoundException", "message", "none"));
      } else {
        send(exchange, 200, Map.of("SecretString", secret));
      }
    }
  }

  private void awaitClosing() throws IOException {
    try {
      closing.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void send(HttpExchange exchange, int status, Map<String, String> answer)
      throws IOException {
    exchange.getResponseHeaders().set("content-type", "application/x-amz-json-1.1");
    LoopbackServer.send(exchange, status, JSON.writeValueAsString(answer));
  }

  @Override
  public void close() {
    closing.countDown();
    listener.close();
  }
}
