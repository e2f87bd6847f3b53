package dev.photocredits.generation;

import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.values.Credits;

/** The result of starting a generation. */
public sealed interface StartOutcome {

  /**
   * The price is held; the usage, the pending generation and the idempotency record are written.
   */
  record Started() implements StartOutcome {}

  /** The user may not start a generation now; nothing was written. */
  sealed interface Refusal extends StartOutcome {}

  /** The available credits do not cover the price. */
  record InsufficientCredits(Credits available) implements Refusal {}

  /**
   * The key was used before; nothing was written.
   *
   * @param record the record of the earlier request
   */
  record KeyTaken(IdempotencyRecord record) implements StartOutcome {}

  /** A limit is reached. */
  record LimitReached(Limit limit) implements Refusal {}

  /** The user does not exist. */
  record NoSuchUser() implements Refusal {}
}
