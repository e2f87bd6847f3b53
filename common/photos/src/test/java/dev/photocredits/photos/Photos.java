package dev.photocredits.photos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The photos in photos/ at the root of the repository; the README there names their sources. */
public final class Photos {
  private Photos() {}

  public static byte[] bytes(String name) {
    try (var photo = Photos.class.getResourceAsStream("/photos/" + name)) {
      return Objects.requireNonNull(photo, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
