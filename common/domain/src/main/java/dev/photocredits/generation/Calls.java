package dev.photocredits.generation;

import dev.photocredits.generation.Limits.Limit;
import java.util.Set;
import java.util.UUID;

/**
 * Calls of the model for a pending generation, a picture each.
 *
 * @param reserved how many its start has counted for the day, and nobody has made yet
 * @param asked how many were made, or are about to be
 * @param attempts the ids under which they were counted
 */
public record Calls(int reserved, int asked, Set<UUID> attempts) {
  public static final Calls NONE = new Calls(0, 0, Set.of());

  public Calls {
    attempts = Set.copyOf(attempts);
  }

  /** Those of a generation that begins under these limits. */
  static Calls reserved(Limits limits) {
    return limits.isOn(Limit.DAILY) ? new Calls(VariationPrompt.COUNT, 0, Set.of()) : NONE;
  }
}
