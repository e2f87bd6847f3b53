package dev.photocredits.systemtests.client;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The photos in the test resources; see their README. */
public final class Photos {
  public static final byte[] PORTRAIT = read("portrait.png");

  private Photos() {}

  public static byte[] read(String name) {
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
