package dev.photocredits.generation;

/** What became of an attempt to finish a generation. */
public sealed interface FinishOutcome {

  /** The final state is written by us, with the refund and its entry if there is one. */
  record Finished() implements FinishOutcome {}

  /**
   * Somebody else finished it before; nothing was written.
   *
   * @param generation as they left it
   */
  record FinishedBefore(Generation generation) implements FinishOutcome {}
}
