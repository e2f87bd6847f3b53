package dev.photocredits.generation;

import static dev.photocredits.images.ModelAnswer.Overloaded.RETRY_AFTER;

import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.GenerationOutcome.NothingDelivered;
import dev.photocredits.generation.GenerationOutcome.Queued;
import dev.photocredits.generation.GenerationOutcome.Work;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.images.PreparedPhoto;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Queues generations for a {@link GenerationWorker}. */
public final class GenerationQueue {
  /**
   * The lease of a queued generation: longer than the second attempt of a worker takes to end (the
   * queue's 15 minutes after the first one, and the worker's 150 s).
   */
  public static final Duration LEASE = Duration.ofMinutes(20);

  private final GenerationStart start;
  private final Generations generations;
  private final QueuedPhotos photos;
  private final WorkQueue queue;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public GenerationQueue(
      GenerationStart start,
      Generations generations,
      QueuedPhotos photos,
      WorkQueue queue,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.start = start;
    this.generations = generations;
    this.photos = photos;
    this.queue = queue;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Holds the price and queues the generation for a {@link GenerationWorker}. If this throws after
   * the price was held, or the queue loses the generation, it stays pending until its lease of
   * {@link #LEASE} expires, and the sweeper refunds it.
   *
   * <p>A repeat with the same key behaves as in {@link GenerationFlow#generate}; it queues nothing.
   */
  public GenerationOutcome add(GenerationRequest request, @Nullable IdempotencyKey key) {
    return start
        .outcomeWithoutPhoto(request, key)
        .orElseGet(() -> add(request, key, request.photo().prepared()));
  }

  private GenerationOutcome add(
      GenerationRequest request, @Nullable IdempotencyKey key, PreparedPhoto photo) {
    var pending = start.pending(request, photo, LEASE);
    photos.put(pending.id(), photo.image());
    var outcome = start.start(request, key, pending).orElseGet(() -> send(pending));
    if (!(outcome instanceof Queued)) {
      photos.remove(pending.id());
    }
    return outcome;
  }

  private GenerationOutcome send(Generation pending) {
    if (queue.send(pending.email(), pending.id())) {
      return new Queued(pending.id());
    }
    var failed = pending.failed(FailureReason.MODEL_OVERLOADED);
    var refund = failed.refund(ids, clock.instant());
    return switch (generations.finish(pending, failed, refund)) {
      case Finished _ -> {
        var nothing = new Work(failed.price(), failed.refunded(), List.of(), List.of());
        yield new NothingDelivered(
            pending.id(), FailureReason.MODEL_OVERLOADED, RETRY_AFTER, nothing);
      }
      // It reached the queue despite the error, and a worker has changed it.
      case Overtaken _ -> new Queued(pending.id());
    };
  }
}
