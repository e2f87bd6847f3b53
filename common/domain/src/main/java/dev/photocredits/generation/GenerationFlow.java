package dev.photocredits.generation;

import static dev.photocredits.images.ModelAnswer.Overloaded.RETRY_AFTER;

import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.GenerationOutcome.Delivered;
import dev.photocredits.generation.GenerationOutcome.NothingDelivered;
import dev.photocredits.generation.GenerationOutcome.WasDeleted;
import dev.photocredits.generation.GenerationOutcome.Work;
import dev.photocredits.generation.PictureGenerator.GeneratedPictures;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageStore;
import dev.photocredits.values.Credits;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Generates pictures within the request that asks for them. */
public final class GenerationFlow {
  private final GenerationStart start;
  private final Generations generations;
  private final PictureGenerator generator;
  private final ImageStore images;
  private final Duration lease;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  /**
   * @param lease the lease of a generation; longer than any deadline
   */
  public GenerationFlow(
      GenerationStart start,
      Generations generations,
      PictureGenerator generator,
      ImageStore images,
      Duration lease,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.start = start;
    this.generations = generations;
    this.generator = generator;
    this.images = images;
    this.lease = lease;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Holds the price, generates the pictures, and finishes the generation with those that are stored
   * by the deadline. If this throws after the price was held, the generation stays pending until
   * its lease expires and the sweeper refunds it.
   *
   * <p>A repeat with the same key within 24 hours returns the pictures of the first request and is
   * not charged. If the first request failed, the repeat generates again. Without a key every call
   * is a new request.
   *
   * <p>The photo is prepared only if the user exists, has the credits, and is within the limits. If
   * the preparation throws, nothing is left behind but the count of the attempt.
   *
   * @param deadline when the last picture must be stored; finishing comes after it
   */
  public GenerationOutcome generate(
      GenerationRequest request, @Nullable IdempotencyKey key, Instant deadline) {
    return start
        .outcomeWithoutPhoto(request, key)
        .orElseGet(() -> generateNow(request, key, deadline));
  }

  private GenerationOutcome generateNow(
      GenerationRequest request, @Nullable IdempotencyKey key, Instant deadline) {
    var photo = request.photo().prepared();
    var pending = start.pending(request, photo, lease);
    return start
        .start(request, key, pending)
        .orElseGet(() -> finish(generated(pending, photo.image(), deadline)));
  }

  private GeneratedPictures generated(Generation pending, Image photo, Instant deadline) {
    return generator
        .generate(pending, photo, _ -> true, (_, _) -> true, deadline)
        .orElseGet(() -> GeneratedPictures.notAsked(pending));
  }

  private GenerationOutcome finish(GeneratedPictures pictures) {
    var seen = pictures.seen();
    var stored = pictures.stored();
    var finished = stored.isEmpty() ? seen.failed(pictures.reason()) : seen.succeeded(stored);
    var refund = finished.refund(ids, clock.instant());
    return switch (generations.finish(seen, finished, refund, pictures.uncharged())) {
      case Finished _ -> {
        var work = work(finished, finished.refunded(), pictures);
        yield stored.isEmpty()
            ? new NothingDelivered(seen.id(), pictures.reason(), pictures.retryAfter(), work)
            : new Delivered(seen.id(), stored, start.available(seen), work);
      }
      case Overtaken(var current) -> {
        var _ = images.remove(stored);
        yield overtaken(current, pictures);
      }
    };
  }

  // The generation was ended by the sweeper, or deleted by its owner.
  private static GenerationOutcome overtaken(Generation current, GeneratedPictures pictures) {
    return current.state() instanceof Deleted
        ? new WasDeleted(current.id())
        : new NothingDelivered(
            current.id(),
            FailureReason.MODEL_TIMEOUT,
            RETRY_AFTER,
            work(current, Credits.NONE, pictures));
  }

  private static Work work(Generation ended, Credits refunded, GeneratedPictures pictures) {
    return new Work(ended.price(), refunded, pictures.missing(), pictures.answers());
  }
}
