package dev.photocredits.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;

/** Brings generations to a worker: each at least once, some more often, in any order. */
public interface WorkQueue {

  /**
   * Sends a generation. Tells whether the queue has it; if not, it may have it all the same. Never
   * throws for what the queue or the network did.
   */
  boolean send(Email owner, GenerationId generation);
}
