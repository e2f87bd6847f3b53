package dev.photocredits.bench;

import java.net.URI;
import java.time.Duration;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** An HTTP server on a free port of 127.0.0.1, whose handler may block. */
public final class BlockingServer implements AutoCloseable {
  private static final Duration IDLE = Duration.ofMinutes(2);

  private final Server server;
  private final ServerConnector connector;

  public BlockingServer(Handler handler) {
    var threads = new QueuedThreadPool(8, 2);
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(command -> Thread.startVirtualThread(command));
    server = new Server(threads);
    connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    connector.setIdleTimeout(IDLE.toMillis());
    server.addConnector(connector);
    server.setHandler(handler);
    LifeCycle.start(server);
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort());
  }

  @Override
  public void close() {
    LifeCycle.stop(server);
  }
}
