package dev.photocredits.uploads;

import java.util.Optional;
import java.util.UUID;

/** The time-ordered id of an upload. It means nothing without its owner. */
public record UploadId(UUID value) {

  /** The id in its canonical text form (36 characters), or nothing if the text is not one. */
  public static Optional<UploadId> parse(String text) {
    try {
      var id = UUID.fromString(text);
      return id.toString().equals(text) ? Optional.of(new UploadId(id)) : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
