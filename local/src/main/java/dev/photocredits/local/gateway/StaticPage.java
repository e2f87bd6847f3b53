package dev.photocredits.local.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A page that the gateway serves itself. It takes precedence over every route.
 *
 * @param path the exact path
 * @param content returns the page's bytes for each request
 * @param policy the Content-Security-Policy header, unless the page has its own policy
 */
record StaticPage(
    String path, String contentType, Supplier<byte[]> content, Optional<String> policy) {
  /** Creates a page without a Content-Security-Policy header. */
  StaticPage(String path, String contentType, Supplier<byte[]> content) {
    this(path, contentType, content, Optional.empty());
  }

  /** Creates a page with constant bytes, which are not copied. */
  StaticPage(String path, String contentType, byte[] content) {
    this(path, contentType, () -> content);
  }

  /** Returns the same page with a Content-Security-Policy header. */
  StaticPage under(String policy) {
    return new StaticPage(path, contentType, content, Optional.of(policy));
  }

  /** Creates a page from a resource in this package. */
  static StaticPage ofResource(String path, String resource, String contentType) {
    try (var stream = StaticPage.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      return new StaticPage(path, contentType, stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read resource " + resource, e);
    }
  }
}
