package dev.photocredits.generation;

import dev.photocredits.generation.Limits.Limit;
import java.util.Set;
import java.util.UUID;

/**
 * The calls of the model for a pending generation, one for each picture.
 *
 * @param reserved how many pictures the start counted for the day and no call has used yet
 * @param asked how many calls were made or are about to be made
 * @param attempts the ids of the attempts that were counted
 */
public record ModelCalls(int reserved, int asked, Set<UUID> attempts) {
  public static final ModelCalls NONE = new ModelCalls(0, 0, Set.of());

  public ModelCalls {
    attempts = Set.copyOf(attempts);
  }

  /** The calls of a generation of this many pictures that starts under these limits. */
  static ModelCalls reserved(Limits limits, int pictures) {
    return limits.isOn(Limit.DAILY) ? new ModelCalls(pictures, 0, Set.of()) : NONE;
  }
}
