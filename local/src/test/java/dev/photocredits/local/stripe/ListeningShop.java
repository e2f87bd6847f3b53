package dev.photocredits.local.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A shop's webhook that remembers what it is told, and is broken for the first few times if asked
 * to be.
 */
final class ListeningShop implements AutoCloseable {
  /** A delivery, accepted or not. */
  record Heard(String body, String signature, int answer) {}

  private final HttpServer server;
  private final AtomicInteger failuresToCome;
  private final List<Heard> heard = new CopyOnWriteArrayList<>();

  ListeningShop() throws IOException {
    this(0);
  }

  ListeningShop(int failures) throws IOException {
    failuresToCome = new AtomicInteger(failures);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    var _ = server.createContext("/", this::hear);
    server.start();
  }

  private void hear(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      var answer = failuresToCome.getAndDecrement() > 0 ? 500 : 200;
      heard.add(new Heard(body, exchange.getRequestHeaders().getFirst("Stripe-Signature"), answer));
      exchange.sendResponseHeaders(answer, -1);
    }
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api/webhooks/stripe");
  }

  List<Heard> heard() {
    return List.copyOf(heard);
  }

  /** Everything heard, once it is that many. */
  List<Heard> heard(int count) throws InterruptedException {
    for (var i = 0; i < 1000 && heard.size() < count; i++) {
      Thread.sleep(10);
    }
    if (heard.size() < count) {
      throw new AssertionError("heard " + heard.size() + " deliveries, not " + count);
    }
    return heard();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
