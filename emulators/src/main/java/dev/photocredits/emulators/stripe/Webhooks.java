package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts events to the webhook, signed like Stripe's. Each event is delivered at least once. An
 * attempt without a 2xx response is repeated after 1, 2, 4, … and at most 30 seconds, until it
 * succeeds; the next run continues. Deliveries run in the background.
 */
final class Webhooks {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_CONCURRENT = 16;

  private final JsonFiles<Event> events;
  private final String secret;
  private final Supplier<URI> target;
  private final InstantSource clock;
  private final HttpClient http;
  private final ExecutorService background;
  private final Semaphore slots = new Semaphore(MAX_CONCURRENT);
  private final Map<String, CountDownLatch> deliveries = new ConcurrentHashMap<>();

  Webhooks(
      JsonFiles<Event> events,
      String secret,
      Supplier<URI> target,
      InstantSource clock,
      HttpClient http,
      ExecutorService background) {
    this.events = events;
    this.secret = secret;
    this.target = target;
    this.clock = clock;
    this.http = http;
    this.background = background;
  }

  /** Delivers the events that an earlier run did not deliver. */
  void resume() {
    events.all().stream()
        .filter(event -> !event.delivered())
        .sorted(Comparator.comparingLong(Event::created))
        .forEach(event -> deliver(event.id()));
  }

  /**
   * Writes the event to disk and starts its delivery. If this run does not deliver it, a later run
   * does.
   */
  void announce(Event event) {
    events.put(event.id(), event);
    deliver(event.id());
  }

  /** Delivers an existing event again, under the same id. */
  Event redeliver(String id) {
    var event = events.change(id, Event::undelivered);
    deliver(id);
    return event;
  }

  /**
   * The current time in milliseconds since 1970, but later than every existing event, so that
   * events have a definite order.
   */
  long nextMoment() {
    var newest = events.all().stream().mapToLong(Event::created).max().orElse(0);
    return Math.max(clock.millis(), newest + 1);
  }

  Optional<Event> find(String id) {
    return events.find(id);
  }

  /** The URL that events are posted to. */
  URI target() {
    return target.get();
  }

  List<Event> newestFirst() {
    return events.all().stream()
        .sorted(Comparator.comparingLong(Event::created).thenComparing(Event::id).reversed())
        .toList();
  }

  /** Waits for the event to be accepted. Returns false if that takes longer than {@code atMost}. */
  boolean awaitDelivery(String id, Duration atMost) throws InterruptedException {
    var delivery = deliveries.get(id);
    return delivery == null || delivery.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void deliver(String id) {
    var delivery = new CountDownLatch(1);
    deliveries.put(id, delivery);
    background.execute(
        () -> {
          try {
            var pause = FIRST_PAUSE;
            while (!attempt(id)) {
              Thread.sleep(pause);
              pause = longer(pause);
            }
            var _ = deliveries.remove(id, delivery);
            delivery.countDown();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static Duration longer(Duration pause) {
    var twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  private boolean attempt(String id) throws InterruptedException {
    slots.acquire();
    try {
      var attempt = post(events.find(id).orElseThrow());
      var _ = events.change(id, event -> event.after(attempt));
      return attempt.accepted();
    } finally {
      slots.release();
    }
  }

  private Event.Attempt post(Event event) throws InterruptedException {
    var body = event.json().toPrettyString();
    var now = clock.instant();
    try {
      var request =
          HttpRequest.newBuilder(target.get())
              .timeout(TIMEOUT)
              .header("Content-Type", "application/json; charset=utf-8")
              .header("User-Agent", "Stripe/1.0 (sandbox on this machine)")
              .header("Stripe-Signature", signature(now.getEpochSecond(), body))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      var response = http.send(request, HttpResponse.BodyHandlers.discarding());
      return new Event.Attempt(now.toEpochMilli(), response.statusCode(), null);
    } catch (IOException e) {
      return new Event.Attempt(now.toEpochMilli(), null, e.toString());
    }
  }

  private String signature(long seconds, String body) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
      var signed = mac.doFinal((seconds + "." + body).getBytes(UTF_8));
      return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(signed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
