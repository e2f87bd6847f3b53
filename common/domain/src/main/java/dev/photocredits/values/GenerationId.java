package dev.photocredits.values;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The time-ordered id of a generation. Its usage and its refund refer to it. */
public record GenerationId(UUID value) {

  /**
   * Parses the canonical text form of an id (36 characters); returns nothing for any other text.
   */
  public static Optional<GenerationId> parse(String text) {
    try {
      var id = UUID.fromString(text);
      return id.toString().equals(text) ? Optional.of(new GenerationId(id)) : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** The time of creation, to the millisecond. */
  public Instant createdAt() {
    return Instant.ofEpochMilli(value.getMostSignificantBits() >>> 16);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
