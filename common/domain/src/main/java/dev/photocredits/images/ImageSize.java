package dev.photocredits.images;

import java.util.Arrays;
import java.util.Optional;

/** The size of a picture. A square one has about as many thousand pixels on each side. */
public enum ImageSize {
  SIZE_1K("1K"),
  SIZE_2K("2K"),
  SIZE_4K("4K");

  private final String key;

  ImageSize(String key) {
    this.key = key;
  }

  public static Optional<ImageSize> find(String key) {
    return Arrays.stream(values()).filter(size -> size.key.equals(key)).findFirst();
  }

  /** The name in requests and responses, and at Gemini. */
  public String key() {
    return key;
  }
}
