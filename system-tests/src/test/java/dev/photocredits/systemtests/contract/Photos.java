package dev.photocredits.systemtests.contract;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The photos in the test resources; see their README. */
final class Photos {
  static final byte[] PORTRAIT = read("portrait.png");

  private Photos() {}

  static byte[] read(String name) {
    try (var photo = Photos.class.getResourceAsStream("/photos/" + name)) {
      if (photo == null) {
        throw new IllegalArgumentException("no photo " + name);
      }
      return photo.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
