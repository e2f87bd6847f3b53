package dev.photocredits.credits;

import dev.photocredits.values.Credits;

/** The result of an operator's adjustment of a balance. */
public sealed interface AdjustmentOutcome {

  /**
   * The adjustment is written, by this call or an earlier one; the balance has changed by it once.
   */
  record Adjusted() implements AdjustmentOutcome {}

  /** The adjustment would withdraw more than is available; nothing was written. */
  record TooMuch(Credits available) implements AdjustmentOutcome {}

  /**
   * The id belongs to another transaction, or to an adjustment of another user, change or reason;
   * nothing was written.
   */
  record IdTaken() implements AdjustmentOutcome {}

  /** The user does not exist; nothing was written. */
  record NoSuchUser() implements AdjustmentOutcome {}
}
