package dev.photocredits.local.stripe;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
 * Stripe on this machine: customers, Checkout Sessions with a page to pay on, refunds, disputes and
 * webhooks, spoken as Stripe speaks so that its own SDK works when pointed at {@link #baseUrl}. Any
 * {@code sk_test_} key opens it; no money moves.
 *
 * <p>Whatever it has answered is in its data directory and survives a restart and a kill. One
 * instance at a time may use a directory. Beside Stripe's own routes there are some for tests under
 * {@code /sandbox/}, see {@link SandboxApi}.
 */
public final class StripeStandIn implements AutoCloseable {
  private static final Duration SETTLING = Duration.ofSeconds(5);
  private static final String PORT_FILE = "port";

  private final Server server;
  private final URI baseUrl;
  private final HttpClient http;
  private final ExecutorService background;

  private StripeStandIn(Server server, URI baseUrl, HttpClient http, ExecutorService background) {
    this.server = server;
    this.baseUrl = baseUrl;
    this.http = http;
    this.background = background;
  }

  /**
   * Starts on the port that the directory was served on before, so that checkout pages that are
   * open stay good, or on any free one if there was none or it is taken.
   *
   * @param webhookTarget where events are posted; asked before each try, so it may wait until it
   *     knows
   */
  public static StripeStandIn start(Path dataDir, String webhookSecret, Supplier<URI> webhookTarget)
      throws IOException {
    var remembered = Files.createDirectories(dataDir).resolve(PORT_FILE);
    var port =
        Files.exists(remembered) ? Integer.parseInt(Files.readString(remembered).strip()) : 0;
    return start(dataDir, webhookSecret, webhookTarget, isFree(port) ? port : 0);
  }

  /** Starts on that port, or fails with its number if it is taken; 0 is any free one. */
  public static StripeStandIn start(
      Path dataDir, String webhookSecret, Supplier<URI> webhookTarget, int port)
      throws IOException {
    return start(dataDir, webhookSecret, webhookTarget, port, SETTLING);
  }

  static StripeStandIn start(
      Path dataDir, String webhookSecret, Supplier<URI> webhookTarget, int port, Duration settling)
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
            ids));

    var standIn = new StripeStandIn(server, baseUrl, http, background);
    webhooks.resume();
    checkout.resume();
    try {
      server.start();
    } catch (Exception e) {
      standIn.close();
      throw new IOException("the Stripe stand-in does not start", e);
    }
    return standIn;
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

  /** Where it listens, without a slash at the end: what an SDK takes as Stripe's address. */
  public URI baseUrl() {
    return baseUrl;
  }

  /**
   * Stops at once. Events that are not delivered yet are delivered by the next instance on the same
   * directory.
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
      throw new IllegalStateException("the Stripe stand-in does not stop", e);
    }
  }
}
