package dev.photocredits.credits;

/** What became of an operator's change of a balance. */
public sealed interface AdjustmentOutcome {

  /** The entry is written, now or by an earlier call, and the balance moved by it once. */
  record Adjusted() implements AdjustmentOutcome {}

  /** It would take more than is available; nothing was written. */
  record TooMuch(Credits available) implements AdjustmentOutcome {}

  /**
   * The id is that of another transaction, or of an adjustment that was another; nothing was
   * written.
   */
  record IdTaken() implements AdjustmentOutcome {}

  /** There is no such user; nothing was written. */
  record NoSuchUser() implements AdjustmentOutcome {}
}
