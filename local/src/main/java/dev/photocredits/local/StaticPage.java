package dev.photocredits.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A page that the gateway serves itself, before any route.
 *
 * @param path where, exactly
 * @param content gives its bytes each time that it is asked for
 * @param policy its Content-Security-Policy, unless the page brings its own
 */
record StaticPage(
    String path, String contentType, Supplier<byte[]> content, Optional<String> policy) {
  /** One without a policy of its own. */
  StaticPage(String path, String contentType, Supplier<byte[]> content) {
    this(path, contentType, content, Optional.empty());
  }

  /** One whose bytes stay, not copied. */
  StaticPage(String path, String contentType, byte[] content) {
    this(path, contentType, () -> content);
  }

  /** The same under that Content-Security-Policy. */
  StaticPage under(String policy) {
    return new StaticPage(path, contentType, content, Optional.of(policy));
  }

  /** The resource of that name beside this class. */
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
