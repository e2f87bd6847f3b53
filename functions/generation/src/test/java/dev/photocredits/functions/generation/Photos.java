package dev.photocredits.functions.generation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The photos of photos/ at the root; its README says where they are from. */
final class Photos {
  private Photos() {}

  static byte[] bytes(String name) {
    try (var photo = Photos.class.getResourceAsStream("/photos/" + name)) {
      return Objects.requireNonNull(photo, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
