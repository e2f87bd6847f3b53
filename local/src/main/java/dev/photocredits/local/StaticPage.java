package dev.photocredits.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/**
 * A page that the gateway serves itself, before any route.
 *
 * @param path where, exactly
 * @param content gives its bytes each time that it is asked for
 */
record StaticPage(String path, String contentType, Supplier<byte[]> content) {
  /** One whose bytes stay, not copied. */
  StaticPage(String path, String contentType, byte[] content) {
    this(path, contentType, () -> content);
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
