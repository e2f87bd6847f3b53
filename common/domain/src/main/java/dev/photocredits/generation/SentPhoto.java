package dev.photocredits.generation;

import dev.photocredits.idempotency.RequestHash;

/**
 * A photo as its sender brought it. It is not read before it is asked for, and what it throws is
 * told to the sender.
 */
public interface SentPhoto {

  /** The hash of its bytes, whatever way they came. */
  RequestHash hash();

  /** What the model gets of it; throws if that cannot be made. */
  Image prepared();
}
