package dev.photocredits.generation;

import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;

/** Delivers generations to a worker: each at least once, some more often, in any order. */
public interface WorkQueue {

  /**
   * Queues a generation. Never throws because of the queue or the network.
   *
   * @return whether the queue has accepted it; if false, the queue may have it nevertheless
   */
  boolean send(Email owner, GenerationId generation);
}
