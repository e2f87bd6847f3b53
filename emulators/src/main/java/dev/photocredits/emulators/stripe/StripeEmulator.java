package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.photocredits.emulators.LocalCallers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A local emulator of Stripe: customers, Checkout Sessions with a hosted payment page, refunds,
 * disputes and webhooks. It is compatible with Stripe's HTTP API, so Stripe's own SDK works with
 * {@link #baseUrl}. It accepts any {@code sk_test_} key; no money moves.
 *
 * <p>All data is in the data directory before a response is sent, and survives a restart or a kill.
 * Only one instance at a time may use a directory. Besides Stripe's routes there are some for tests
 * under {@code /sandbox/}; see {@link SandboxApi}.
 */
public final class StripeEmulator implements AutoCloseable {
  private static final Duration SETTLING = Duration.ofSeconds(5);
  private static final String PORT_FILE = "port";

  private final Server server;
  private final URI baseUrl;
  private final HttpClient http;
  private final ExecutorService background;

  private StripeEmulator(Server server, URI baseUrl, HttpClient http, ExecutorService background) {
    this.server = server;
    this.baseUrl = baseUrl;
    this.http = http;
    this.background = background;
  }

  /**
   * Like {@link #start(Path, String, Supplier, LocalCallers)}, under the names of the loopback
   * address only.
   */
  public static StripeEmulator start(
      Path dataDir, String webhookSecret, Supplier<URI> webhookTarget) throws IOException {
    return start(dataDir, webhookSecret, webhookTarget, LocalCallers.LOOPBACK);
  }

  /**
   * Starts on the port that was last used with the directory, so that open checkout pages keep
   * working. Starts on any free port if there is no such port or it is taken.
   *
   * @param webhookTarget returns the URL that events are posted to. It is called before each
   *     attempt and may block until the URL is known
   * @param callers whose requests are accepted
   */
  public static StripeEmulator start(
      Path dataDir, String webhookSecret, Supplier<URI> webhookTarget, LocalCallers callers)
      throws IOException {
    var remembered = Files.createDirectories(dataDir).resolve(PORT_FILE);
    var port =
        Files.exists(remembered) ? Integer.parseInt(Files.readString(remembered).strip()) : 0;
    return start(dataDir, webhookSecret, webhookTarget, callers, isFree(port) ? port : 0, SETTLING);
  }

  /**
   * Starts on the given port, or on any free one if it is 0. Fails with the port in the message if
   * it is taken.
   */
  public static StripeEmulator start(
      Path dataDir, String webhookSecret, Supplier<URI> webhookTarget, int port)
      throws IOException {
    return start(dataDir, webhookSecret, webhookTarget, LocalCallers.LOOPBACK, port, SETTLING);
  }

  static StripeEmulator start(
      Path dataDir,
      String webhookSecret,
      Supplier<URI> webhookTarget,
      LocalCallers callers,
      int port,
      Duration settling)
      throws IOException {
    var customers = JsonFiles.open(dataDir.resolve("customers"), Customer.class);
    var sessions = JsonFiles.open(dataDir.resolve("sessions"), CheckoutSession.class);
    var events = JsonFiles.open(dataDir.resolve("events"), Event.class);
    var answers = JsonFiles.open(dataDir.resolve("answers"), Idempotency.Remembered.class);

    var server = new Server(threads());
    var listener = listener(server, port);
    var baseUrl = URI.create("http://127.0.0.1:" + listener.getLocalPort());
    JsonFiles.write(
        dataDir.resolve(PORT_FILE), Integer.toString(listener.getLocalPort()).getBytes(US_ASCII));

    var clock = InstantSource.system();
    var ids = new Ids(new SecureRandom());
    var background = Executors.newVirtualThreadPerTaskExecutor();
    var http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    var webhooks = new Webhooks(events, webhookSecret, webhookTarget, clock, http, background);
    var checkout =
        new Checkout(sessions, customers, webhooks, ids, clock, settling, baseUrl, background);
    var api =
        new StripeApi(checkout, webhooks, customers, new Idempotency(answers, clock), ids, clock);
    var page = new CheckoutPage(checkout, webhooks);
    var sandbox = new SandboxApi(checkout, webhooks);
    server.setHandler(
        new Router(
            Stream.of(api.routes(), page.routes(), sandbox.routes()).flatMap(List::stream).toList(),
            callers,
            ids));

    var emulator = new StripeEmulator(server, baseUrl, http, background);
    webhooks.resume();
    checkout.resume();
    try {
      server.start();
    } catch (Exception e) {
      emulator.close();
      throw new IOException("cannot start the Stripe emulator", e);
    }
    return emulator;
  }

  private static QueuedThreadPool threads() {
    var threads = new QueuedThreadPool(8, 2);
    threads.setName("stripe");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("stripe-"));
    return threads;
  }

  private static ServerConnector listener(Server server, int port) throws IOException {
    var quiet = new HttpConfiguration();
    quiet.setSendServerVersion(false);
    var listener = new ServerConnector(server, 1, 1, new HttpConnectionFactory(quiet));
    listener.setHost("127.0.0.1");
    listener.setPort(port);
    server.addConnector(listener);
    listener.open();
    return listener;
  }

  private static boolean isFree(int port) {
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /** The base URL for Stripe's SDK, without a trailing slash. */
  public URI baseUrl() {
    return baseUrl;
  }

  /**
   * Stops at once. The next instance with the same directory delivers the events that are still
   * undelivered.
   */
  @Override
  public void close() {
    background.shutdownNow();
    http.shutdownNow();
    try {
      server.stop();
      var _ = background.awaitTermination(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("cannot stop the Stripe emulator", e);
    }
  }
}
