package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A shop's webhook that records its deliveries. It can fail the first few with 500. */
final class WebhookReceiver implements AutoCloseable {
  /** A delivery, and the status that the webhook returned. */
  record Delivery(String body, String signature, int status) {}

  private final LoopbackServer listener = LoopbackServer.start(this::receive);
  private final AtomicInteger remainingFailures;
  private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();

  WebhookReceiver() {
    this(0);
  }

  WebhookReceiver(int failures) {
    remainingFailures = new AtomicInteger(failures);
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      var status = remainingFailures.getAndDecrement() > 0 ? 500 : 200;
      deliveries.add(
          new Delivery(body, exchange.getRequestHeaders().getFirst("Stripe-Signature"), status));
      exchange.sendResponseHeaders(status, -1);
    }
  }

  URI address() {
    return listener.address().resolve("/api/webhooks/stripe");
  }

  List<Delivery> deliveries() {
    return List.copyOf(deliveries);
  }

  /** Waits for {@code count} deliveries, at most 10 seconds, and returns all. */
  List<Delivery> deliveries(int count) throws InterruptedException {
    for (var i = 0; i < 1000 && deliveries.size() < count; i++) {
      Thread.sleep(10);
    }
    if (deliveries.size() < count) {
      throw new AssertionError("received " + deliveries.size() + " deliveries, not " + count);
    }
    return deliveries();
  }

  @Override
  public void close() {
    listener.close();
  }
}
