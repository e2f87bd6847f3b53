package dev.photocredits.generation;

import dev.photocredits.credits.GenerationId;
import java.util.Optional;

/** Keeps the photos of generations that wait for their worker, for a day at most. */
public interface Photos {

  /** Stores the photo of that generation; a repeat replaces it. */
  void put(GenerationId generation, Image photo);

  /** The photo of that generation, unless it is gone. */
  Optional<Image> find(GenerationId generation);

  /**
   * Removes the photo, if there is one. One that cannot be removed stays until its day is over:
   * this never throws for what the store did.
   */
  void remove(GenerationId generation);
}
