package dev.photocredits.local;

import dev.photocredits.local.tokens.TokenVerifier;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * An HTTP server on 127.0.0.1 that behaves as an API Gateway HTTP API with payload format 2.0.
 *
 * <p>Functions get the event, and callers the answers, that they would get on AWS: base64 for
 * binary bodies, 10 MB and 30 seconds at most, CORS by configuration alone, tokens verified before
 * a function is called. Not imitated: throttling, and Lambda's own limit of 6 MB. Its own answers
 * have {@code X-Content-Type-Options}, which API Gateway cannot add to preflights and refusals.
 */
public final class Gateway implements AutoCloseable {
  /** How long API Gateway waits for a function. */
  static final Duration INTEGRATION_LIMIT = Duration.ofSeconds(30);

  /** How long running requests may take to end once it closes. */
  static final Duration GRACE = Duration.ofSeconds(3);

  private final Server server;
  private final ServerConnector connector;

  private Gateway(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  /**
   * What is served.
   *
   * @param functions by the name that the routes give them
   * @param tokens verifies those of the routes that need one; without it every route is open
   * @param pages served before any route
   * @param limit how long a function may take
   * @param log takes what goes wrong in functions
   */
  record Api(
      List<Template.Route> routes,
      Template.Cors cors,
      Map<String, LambdaFunction> functions,
      Optional<TokenVerifier> tokens,
      List<StaticPage> pages,
      Duration limit,
      Consumer<String> log) {}

  /**
   * Takes that port, or a free one for 0; callers wait until {@link #serve}. Throws {@link
   * CannotStart} if it is taken.
   */
  static Gateway bind(int port) {
    var threads = new QueuedThreadPool();
    threads.setName("gateway");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(command -> Thread.startVirtualThread(command));
    var server = new Server(threads);
    server.setStopTimeout(GRACE.toMillis());
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // Odd paths are refused by our handler, in JSON.
    http.setUriCompliance(UriCompliance.UNSAFE);
    var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    connector.setIdleTimeout(INTEGRATION_LIMIT.multipliedBy(3).toMillis());
    connector.setShutdownIdleTimeout(50);
    server.addConnector(connector);
    try {
      connector.open();
    } catch (IOException e) {
      throw e.getCause() instanceof BindException
          ? new CannotStart(
              "Port " + port + " is taken: set PORT to another, or stop what listens there.", e)
          : new CannotStart("Port " + port + " cannot be opened: " + e.getMessage() + ".", e);
    }
    return new Gateway(server, connector);
  }

  /** Starts answering. */
  void serve(Api api) {
    var cors = new CorsHeaders(api.cors());
    server.setErrorHandler(new JsonErrors(cors));
    server.setHandler(new GracefulHandler(new GatewayHandler(api, cors)));
    LifeCycle.start(server);
  }

  int port() {
    return connector.getLocalPort();
  }

  /** Where the API answers, without a slash at the end. */
  public URI url() {
    return URI.create("http://localhost:" + port());
  }

  /** Stops listening, gives requests that are running {@link #GRACE} to end, and returns. */
  @Override
  public void close() {
    try {
      server.stop();
    } catch (TimeoutException stillRunning) {
      // What still runs has had its time, and everything else was stopped all the same.
    } catch (Exception e) {
      throw new IllegalStateException("the gateway does not stop", e);
    }
    connector.close();
  }
}
