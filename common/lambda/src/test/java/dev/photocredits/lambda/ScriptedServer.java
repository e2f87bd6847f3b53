package dev.photocredits.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * An HTTP server on 127.0.0.1 that records its calls and responds by a script. It repeats the last
 * response of the script for all further calls.
 *
 * @param <C> what it records of a call
 */
public final class ScriptedServer<C> implements AutoCloseable {

  /** What the server does with a call. */
  public interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  /** Describes a call for the record. */
  public interface Description<C> {
    C of(HttpExchange exchange, String body);
  }

  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private final LoopbackServer listener;
  private final Description<C> description;
  private final List<Answer> script;
  private final List<C> calls = new CopyOnWriteArrayList<>();

  public ScriptedServer(Description<C> description, Answer... script) {
    this.description = description;
    this.script = List.of(script);
    this.listener = LoopbackServer.start(this::answer);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      int nth;
      synchronized (calls) {
        nth = Math.min(calls.size(), script.size() - 1);
        calls.add(description.of(exchange, body));
      }
      script.get(nth).to(exchange);
    }
  }

  public URI address() {
    return listener.address();
  }

  /** The calls so far, in their order. */
  public List<C> calls() {
    return calls;
  }

  @Override
  public void close() {
    listener.close();
  }

  /** Sends no response, and keeps the connection open. */
  public static Answer hanging() {
    return _ -> hang();
  }

  /** Waits forever. */
  public static void hang() {
    try {
      NEVER.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the connection without a response. */
  public static Answer closing() {
    return _ -> {};
  }
}
