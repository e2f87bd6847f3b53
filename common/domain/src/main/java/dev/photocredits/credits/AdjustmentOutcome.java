package dev.photocredits.credits;

/** What became of an operator's change of a balance. */
public sealed interface AdjustmentOutcome {

  /** The entry is written, and the balance moved by it. */
  record Adjusted() implements AdjustmentOutcome {}

  /** It would take more than is available; nothing was written. */
  record TooMuch(Credits available) implements AdjustmentOutcome {}

  /** There is no such user; nothing was written. */
  record NoSuchUser() implements AdjustmentOutcome {}
}
