package dev.photocredits.generation;

/** What became of an attempt to finish a generation. */
public sealed interface FinishOutcome {

  /** The next state is written by us, with the refund and its entry if there is one. */
  record Finished() implements FinishOutcome {}

  /**
   * It was not as it had been seen, since somebody else finished it or added a picture; nothing was
   * written.
   *
   * @param generation as they left it
   */
  record Overtaken(Generation generation) implements FinishOutcome {}
}
