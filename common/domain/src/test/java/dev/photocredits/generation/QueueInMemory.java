package dev.photocredits.generation;

import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A queue that records what was sent, in order. */
final class QueueInMemory implements WorkQueue {
  final List<GenerationId> sent = Collections.synchronizedList(new ArrayList<>());

  /** Whether the queue rejects messages. */
  boolean isDown;

  @Override
  public boolean send(Email owner, GenerationId generation) {
    return !isDown && sent.add(generation);
  }
}
