package dev.photocredits.generation;

import dev.photocredits.credits.Credits;

/** What became of an order. */
public sealed interface StartOutcome {

  /** The price is taken; its usage entry and the pending generation are written. */
  record Started() implements StartOutcome {}

  /** The balance does not cover the price; nothing was written. */
  record InsufficientCredits(Credits available) implements StartOutcome {}

  /** There is no such user; nothing was written. */
  record NoSuchUser() implements StartOutcome {}
}
