package dev.photocredits.credits;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The time-ordered id of a generation: the cause of a usage and of its refund. */
public record GenerationId(UUID value) {

  /** The id in its canonical text form (36 characters), or nothing if the text is not one. */
  public static Optional<GenerationId> parse(String text) {
    try {
      var id = UUID.fromString(text);
      return id.toString().equals(text) ? Optional.of(new GenerationId(id)) : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** When it was made, to the millisecond. */
  public Instant createdAt() {
    return Instant.ofEpochMilli(value.getMostSignificantBits() >>> 16);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
