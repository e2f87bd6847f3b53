package dev.photocredits.uploads;

import java.util.Optional;
import java.util.UUID;

/** The time-ordered id of an upload. It is only valid together with its owner. */
public record UploadId(UUID value) {

  /**
   * Parses the canonical text form of an id (36 characters); returns nothing for any other text.
   */
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
