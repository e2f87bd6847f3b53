package dev.photocredits.images;

import java.util.Arrays;
import java.util.Optional;

/** How much of the photo may change. */
public enum TransformationMode {
  /** Scene, pose and outfit. */
  FULL_TRANSFORMATION("full-transformation"),
  /** The clothing alone. */
  ITEM_ONLY("item-only"),
  /** What the prompt asks for: the model receives it as it is. */
  FREE("free");

  private final String key;

  TransformationMode(String key) {
    this.key = key;
  }

  public static Optional<TransformationMode> find(String key) {
    return Arrays.stream(values()).filter(mode -> mode.key.equals(key)).findFirst();
  }

  /** The name in requests and responses. */
  public String key() {
    return key;
  }
}
