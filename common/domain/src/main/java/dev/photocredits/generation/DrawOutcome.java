package dev.photocredits.generation;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.ModelAnswer.NotDrawn;
import java.time.Duration;
import java.util.List;

/** What became of an order for pictures. */
public sealed interface DrawOutcome {

  /**
   * What it took to come to an end, for those who count.
   *
   * @param taken the price
   * @param refunded what we gave back of it; nothing if somebody else did
   * @param missing why there are fewer pictures than variations
   * @param answers how long the model took for each of its answers
   */
  record Work(Credits taken, Credits refunded, List<NotDrawn> missing, List<Duration> answers) {
    public Work {
      missing = List.copyOf(missing);
      answers = List.copyOf(answers);
    }
  }

  /**
   * At least one picture is stored and paid for.
   *
   * @param remaining what is available after it, refunds for missing pictures included
   */
  record Delivered(GenerationId id, List<StoredImage> images, Credits remaining, Work work)
      implements DrawOutcome {}

  /**
   * The pictures of the request that this one repeats; nothing was written.
   *
   * @param remaining what is available now
   */
  record DeliveredBefore(GenerationId id, List<StoredImage> images, Credits remaining)
      implements DrawOutcome {}

  /** The price is taken, and a worker will draw. */
  record Queued(GenerationId id) implements DrawOutcome {}

  /** The balance does not cover the price; nothing was written. */
  record InsufficientCredits(Credits required, Credits available) implements DrawOutcome {}

  /**
   * The user has ordered enough for now; nothing was written.
   *
   * @param most how many are allowed
   * @param retryAfter when it makes sense to order again
   */
  record LimitReached(Limit limit, int most, Duration retryAfter) implements DrawOutcome {}

  /** What is asked about is still being worked on; nothing was written. */
  record AlreadyRunning(GenerationId id) implements DrawOutcome {}

  /** What is asked about came to nothing, and its price has been given back. */
  record FailedBefore(GenerationId id, FailureReason reason, Duration retryAfter)
      implements DrawOutcome {}

  /** Its owner wanted it no more: what was not drawn by then has been given back. */
  record WasDeleted(GenerationId id) implements DrawOutcome {}

  /** The key stands for another request; nothing was written. */
  record KeyReused() implements DrawOutcome {}

  /** Nothing new is begun at present, or today; nothing was written. */
  record TurnedOff() implements DrawOutcome {}

  /** There is no such user; nothing was written. */
  record NoSuchUser() implements DrawOutcome {}

  /**
   * There is no picture, and the price has been given back.
   *
   * @param retryAfter when it makes sense to order again
   */
  record NothingDelivered(GenerationId id, FailureReason reason, Duration retryAfter, Work work)
      implements DrawOutcome {}
}
