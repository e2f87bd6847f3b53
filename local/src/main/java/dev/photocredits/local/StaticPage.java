package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A page that the gateway serves itself, before any route.
 *
 * @param path where, exactly
 * @param content its bytes, not copied
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StaticPage(String path, String contentType, byte[] content) {
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

  /** The same page with that in place of the placeholder. */
  StaticPage with(String placeholder, String value) {
    var text = new String(content, UTF_8).replace(placeholder, value);
    return new StaticPage(path, contentType, text.getBytes(UTF_8));
  }
}
