package dev.photocredits.generation;

import dev.photocredits.credits.Credits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.idempotency.Claim;

/** What became of an order. */
public sealed interface StartOutcome {

  /** The price is taken; its usage entry, the pending generation and its claim are written. */
  record Started() implements StartOutcome {}

  /** The user may not begin a generation now; nothing was written. */
  sealed interface Refusal extends StartOutcome {}

  /** The balance does not cover the price. */
  record InsufficientCredits(Credits available) implements Refusal {}

  /**
   * The key stands for a request already; nothing was written.
   *
   * @param holder the claim that holds
   */
  record KeyTaken(Claim holder) implements StartOutcome {}

  /** The user has ordered enough for now. */
  record LimitReached(Limit limit) implements Refusal {}

  /** There is no such user. */
  record NoSuchUser() implements Refusal {}
}
