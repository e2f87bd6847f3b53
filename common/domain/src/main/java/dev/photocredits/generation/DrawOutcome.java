package dev.photocredits.generation;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.ModelAnswer.NotDrawn;
import java.time.Duration;
import java.util.List;

/** What became of an order for pictures. */
public sealed interface DrawOutcome {

  /**
   * At least one picture is stored and paid for, now or by the request that this one repeats.
   *
   * @param remaining the balance after it, refunds for missing pictures included
   * @param missing why there are fewer pictures than variations; a repeat does not know
   */
  record Delivered(
      GenerationId id, List<StoredImage> images, Credits remaining, List<NotDrawn> missing)
      implements DrawOutcome {}

  /** The balance does not cover the price; nothing was written. */
  record InsufficientCredits(Credits required, Credits available) implements DrawOutcome {}

  /** The request that this one repeats is still being worked on; nothing was written. */
  record AlreadyRunning(GenerationId id) implements DrawOutcome {}

  /** The key stands for another request; nothing was written. */
  record KeyReused() implements DrawOutcome {}

  /** There is no such user; nothing was written. */
  record NoSuchUser() implements DrawOutcome {}

  /**
   * There is no picture, and the price has been given back.
   *
   * @param retryAfter when it makes sense to order again
   */
  record NothingDelivered(
      GenerationId id, FailureReason reason, Duration retryAfter, List<NotDrawn> missing)
      implements DrawOutcome {}
}
