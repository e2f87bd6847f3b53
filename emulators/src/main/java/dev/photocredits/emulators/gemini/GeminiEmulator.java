package dev.photocredits.emulators.gemini;

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
 * A local emulator of the Gemini image models. It serves {@code generateContent} like Google's
 * Developer API, so Google's own SDK works with {@link #baseUrl} and any key.
 *
 * <p>The picture is a JPEG in the requested ratio and size, made from the uploaded photo and marked
 * SANDBOX. Its style follows the variation's sentence at the end of the prompt: daylight, studio or
 * outdoor. JPEG, PNG and WebP are decoded. For HEIC and HEIF, which Java cannot decode, the picture
 * is a pattern that depends on the photo's bytes.
 *
 * <p>{@code gemini-2.5-flash-image} and {@code gemini-3.1-flash-image} are retired and return 404;
 * every other {@code gemini-} model exists. A thinking level that the model does not support
 * returns 400.
 *
 * <p>These words, anywhere in the prompt, cause failures:
 *
 * <ul>
 *   <li>{@code sandbox:safety}: the prompt is blocked for safety, for every variation
 *   <li>{@code sandbox:partial}: the studio variation is refused for safety, the other two are
 *       generated
 *   <li>{@code sandbox:overloaded}: 429 with {@code Retry-After: 1}
 *   <li>{@code sandbox:broken}: 500
 *   <li>{@code sandbox:slow}: the response takes a minute
 * </ul>
 */
public final class GeminiEmulator implements AutoCloseable {
  private final Server server;
  private final PictureRenderer renderer;
  private final URI baseUrl;

  private GeminiEmulator(Server server, PictureRenderer renderer, URI baseUrl) {
    this.server = server;
    this.renderer = renderer;
    this.baseUrl = baseUrl;
  }

  /**
   * Starts on a free port. A response takes {@code delay}, or as long as rendering if that is
   * longer; errors are returned at once.
   */
  public static GeminiEmulator start(Duration delay) throws IOException {
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
    var renderer = new PictureRenderer();
    server.setHandler(new GenerateContent(renderer, delay));
    try {
      server.start();
    } catch (Exception e) {
      renderer.close();
      throw new IOException("cannot start the Gemini emulator", e);
    }
    var baseUrl = URI.create("http://127.0.0.1:" + listener.getLocalPort());
    return new GeminiEmulator(server, renderer, baseUrl);
  }

  /** The base URL for Google's SDK, without a trailing slash. */
  public URI baseUrl() {
    return baseUrl;
  }

  /** Stops at once and aborts calls in progress. */
  @Override
  public void close() {
    renderer.close();
    try {
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("cannot stop the Gemini emulator", e);
    }
  }
}
