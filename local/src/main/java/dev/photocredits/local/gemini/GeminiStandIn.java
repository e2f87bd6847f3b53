package dev.photocredits.local.gemini;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A Gemini image model on this machine. It answers {@code generateContent} as Google's Developer
 * API does, so that its own SDK works when pointed at {@link #baseUrl} with any key: a JPEG of 1024
 * by 1024 pixels made from the uploaded photo, marked SANDBOX, in a look that follows the
 * variation's sentence at the end of the prompt (daylight, studio, outdoor).
 *
 * <p>JPEG, PNG and WebP are decoded; of HEIC and HEIF, which Java cannot decode, it makes a pattern
 * that depends on the bytes. {@code gemini-2.5-flash-image} and {@code gemini-3.1-flash-image} are
 * retired (404), every other {@code gemini-} model exists. A thinking level is 400 for a model that
 * takes none.
 *
 * <p>Words anywhere in the prompt bring failures about:
 *
 * <ul>
 *   <li>{@code sandbox:safety}: the prompt is blocked for safety, in all variations
 *   <li>{@code sandbox:partial}: the studio variation is refused for safety, the other two are
 *       drawn
 *   <li>{@code sandbox:overloaded}: 429 with {@code Retry-After: 1}
 *   <li>{@code sandbox:broken}: 500
 *   <li>{@code sandbox:slow}: the answer takes a minute
 * </ul>
 */
public final class GeminiStandIn implements AutoCloseable {
  private final Server server;
  private final Painter painter;
  private final URI baseUrl;

  private GeminiStandIn(Server server, Painter painter, URI baseUrl) {
    this.server = server;
    this.painter = painter;
    this.baseUrl = baseUrl;
  }

  /**
   * Starts on a free port. An answer takes {@code delay}, or as long as painting does if that is
   * longer; an error takes no time.
   */
  public static GeminiStandIn start(Duration delay) throws IOException {
    var threads = new QueuedThreadPool(8, 2);
    threads.setName("gemini");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("gemini-"));
    var server = new Server(threads);
    var quiet = new HttpConfiguration();
    quiet.setSendServerVersion(false);
    var listener = new ServerConnector(server, 1, 1, new HttpConnectionFactory(quiet));
    listener.setHost("127.0.0.1");
    listener.setIdleTimeout(Duration.ofMinutes(5).toMillis());
    server.addConnector(listener);
    var painter = new Painter();
    server.setHandler(new GenerateContent(painter, delay));
    try {
      server.start();
    } catch (Exception e) {
      painter.close();
      throw new IOException("the Gemini stand-in does not start", e);
    }
    var baseUrl = URI.create("http://127.0.0.1:" + listener.getLocalPort());
    return new GeminiStandIn(server, painter, baseUrl);
  }

  /** Where it listens, without a slash at the end: what the SDK takes as base URL. */
  public URI baseUrl() {
    return baseUrl;
  }

  /** Stops at once; calls under way are cut off. */
  @Override
  public void close() {
    painter.close();
    try {
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("the Gemini stand-in does not stop", e);
    }
  }
}
