package dev.photocredits.local.gateway;

import dev.photocredits.emulators.LocalCallers;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.emulators.Template;
import dev.photocredits.emulators.issuer.TokenVerifier;
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
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * An HTTP server on 127.0.0.1 that behaves like an API Gateway HTTP API with payload format 2.0.
 *
 * <p>Functions receive the events, and callers the responses, that they would receive on AWS:
 * binary bodies are in base64, the limits are 10 MB and 30 seconds, CORS headers come from the
 * configuration alone, and tokens are verified before a function is called. It does not emulate
 * throttling, nor Lambda's own limit of 6 MB. Its own responses have {@code
 * X-Content-Type-Options}, which API Gateway cannot add to preflights and refusals.
 *
 * <p>Without tokens, any page in the developer's browser could act here. So, unlike API Gateway, it
 * answers 403 to
 *
 * <ul>
 *   <li>requests for host names that {@link LocalCallers} does not accept;
 *   <li>calls that may change something, of a page whose origin the CORS configuration does not
 *       allow;
 *   <li>calls to {@code /sandbox/}, of a page whose origin is neither this server's nor in the CORS
 *       configuration by its name.
 * </ul>
 */
public final class Gateway implements AutoCloseable {
  /** How long API Gateway waits for a function. */
  public static final Duration INTEGRATION_LIMIT = Duration.ofSeconds(30);

  /** How long running requests may take to finish when the gateway is closed. */
  static final Duration GRACE = Duration.ofSeconds(3);

  private final Server server;
  private final ServerConnector connector;

  private Gateway(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  /**
   * The API that the gateway serves.
   *
   * @param functions the functions by the names in the routes
   * @param tokens verifies the tokens of routes that need one; if empty, every route is open
   * @param stageVariables what every event has as the variables of its stage
   * @param callers whose requests are accepted
   * @param pages pages that take precedence over every route
   * @param limit how long a function may take
   * @param log receives the failures of functions
   */
  public record Api(
      List<Template.Route> routes,
      Template.Cors cors,
      Map<String, LambdaFunction> functions,
      Optional<TokenVerifier> tokens,
      Map<String, String> stageVariables,
      LocalCallers callers,
      List<StaticPage> pages,
      Duration limit,
      Consumer<String> log) {}

  /**
   * Binds the port, or any free one if it is 0. Connections wait until {@link #serve}. Throws
   * {@link StartupFailure} if the port is in use.
   */
  public static Gateway bind(int port) {
    var threads = new QueuedThreadPool();
    threads.setName("gateway");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(command -> Thread.startVirtualThread(command));
    var server = new Server(threads);
    server.setStopTimeout(GRACE.toMillis());
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // Our handler rejects malformed paths, in JSON.
    http.setUriCompliance(UriCompliance.UNSAFE);
    var connector = new ServerConnector(server, 1, 1, new TolerantConnections(http));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    connector.setIdleTimeout(INTEGRATION_LIMIT.multipliedBy(3).toMillis());
    connector.setShutdownIdleTimeout(50);
    server.addConnector(connector);
    try {
      connector.open();
    } catch (IOException e) {
      throw e.getCause() instanceof BindException
          ? new StartupFailure(
              "Port "
                  + port
                  + " is in use. Set PORT to another port, or stop the process that uses it.",
              e)
          : new StartupFailure("Cannot open port " + port + ": " + e.getMessage() + ".", e);
    }
    return new Gateway(server, connector);
  }

  /** Starts serving requests. */
  public void serve(Api api) {
    var cors = new CorsHeaders(api.cors());
    server.setErrorHandler(new JsonErrors(cors));
    server.setHandler(new GracefulHandler(new GatewayHandler(api, cors)));
    LifeCycle.start(server);
  }

  int port() {
    return connector.getLocalPort();
  }

  /** The base URL of the API, without a trailing slash. */
  public URI url() {
    return URI.create("http://localhost:" + port());
  }

  /** Stops listening, and lets running requests finish within {@link #GRACE}. */
  @Override
  public void close() {
    try {
      server.stop();
    } catch (TimeoutException stillRunning) {
      // Some requests exceeded the grace period. Everything else has stopped.
    } catch (Exception e) {
      throw new IllegalStateException("cannot stop the gateway", e);
    }
    connector.close();
  }
}
