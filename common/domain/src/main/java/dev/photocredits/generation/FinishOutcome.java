package dev.photocredits.generation;

/** The result of an attempt to finish a generation. */
public sealed interface FinishOutcome {

  /** This call wrote the next state, and the refund with its transaction if there is one. */
  record Finished() implements FinishOutcome {}

  /**
   * The generation had changed since it was read, because another process finished it or added a
   * picture; nothing was written.
   *
   * @param generation the current state
   */
  record Overtaken(Generation generation) implements FinishOutcome {}
}
