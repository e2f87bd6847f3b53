package dev.photocredits.generation;

import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.images.ModelAnswer.NoImage;
import dev.photocredits.images.StoredImage;
import dev.photocredits.values.Credits;
import dev.photocredits.values.GenerationId;
import java.time.Duration;
import java.util.List;

/** The result of a generation request. */
public sealed interface GenerationOutcome {

  /**
   * Figures about a generation that this call ended, for metrics.
   *
   * @param price the price of the generation, whether or not a part of it was refunded
   * @param refunded the credits that this call refunded; none if another process refunded them
   * @param missing why pictures are missing, one for each
   * @param answers how long each answer of the model took
   */
  record Work(Credits price, Credits refunded, List<NoImage> missing, List<Duration> answers) {
    public Work {
      missing = List.copyOf(missing);
      answers = List.copyOf(answers);
    }
  }

  /**
   * At least one picture was delivered.
   *
   * @param remaining the available credits afterwards, including refunds for missing pictures
   */
  record Delivered(GenerationId id, List<StoredImage> images, Credits remaining, Work work)
      implements GenerationOutcome {}

  /**
   * The pictures of the request that this one repeats; nothing was written.
   *
   * @param remaining the available credits now
   */
  record DeliveredBefore(GenerationId id, List<StoredImage> images, Credits remaining)
      implements GenerationOutcome {}

  /** The price is held, and a worker will generate the pictures. */
  record Queued(GenerationId id) implements GenerationOutcome {}

  /** The available credits do not cover the price; nothing was written. */
  record InsufficientCredits(Credits required, Credits available) implements GenerationOutcome {}

  /** The generation costs more than the caller agreed to pay; nothing was written. */
  record PriceChanged(Credits price) implements GenerationOutcome {}

  /**
   * A limit was reached; nothing was written.
   *
   * @param most how much the limit allows
   * @param retryAfter when to retry
   */
  record LimitReached(Limit limit, int most, Duration retryAfter) implements GenerationOutcome {}

  /** The generation is still pending; nothing was written. */
  record AlreadyRunning(GenerationId id) implements GenerationOutcome {}

  /** The generation failed, and its price was refunded. */
  record FailedBefore(GenerationId id, FailureReason reason, Duration retryAfter)
      implements GenerationOutcome {}

  /** The owner deleted the generation; the variations that had not been generated were refunded. */
  record WasDeleted(GenerationId id) implements GenerationOutcome {}

  /** The key was used for another request; nothing was written. */
  record KeyReused() implements GenerationOutcome {}

  /**
   * New generations are turned off, or the daily limit of pictures is reached; nothing was written.
   */
  record TurnedOff() implements GenerationOutcome {}

  /** The user does not exist; nothing was written. */
  record NoSuchUser() implements GenerationOutcome {}

  /** The account is bound to another identity; nothing was written. */
  record OtherIdentity() implements GenerationOutcome {}

  /**
   * No picture was delivered, and the price was refunded.
   *
   * @param retryAfter when to retry
   */
  record NothingDelivered(GenerationId id, FailureReason reason, Duration retryAfter, Work work)
      implements GenerationOutcome {}
}
