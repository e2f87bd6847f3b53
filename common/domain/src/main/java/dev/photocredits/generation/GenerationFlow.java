package dev.photocredits.generation;

import static java.util.Objects.requireNonNull;

import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.GenerationOutcome.AlreadyRunning;
import dev.photocredits.generation.GenerationOutcome.Delivered;
import dev.photocredits.generation.GenerationOutcome.DeliveredBefore;
import dev.photocredits.generation.GenerationOutcome.FailedBefore;
import dev.photocredits.generation.GenerationOutcome.KeyReused;
import dev.photocredits.generation.GenerationOutcome.NothingDelivered;
import dev.photocredits.generation.GenerationOutcome.Queued;
import dev.photocredits.generation.GenerationOutcome.TurnedOff;
import dev.photocredits.generation.GenerationOutcome.WasDeleted;
import dev.photocredits.generation.GenerationOutcome.Work;
import dev.photocredits.generation.Generations.IdempotencyWrite;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.PictureGenerator.GeneratedPictures;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.NoSuchUser;
import dev.photocredits.generation.StartOutcome.Refusal;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageStore;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.images.VariationPrompt;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import dev.photocredits.values.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sells generations: holds the price, has the pictures generated, within the request or by a
 * worker, and refunds those that are missing.
 */
public final class GenerationFlow {
  /**
   * The lease of a queued generation: longer than the second attempt of a worker takes to end (the
   * queue's 15 minutes after the first one, and the worker's 150 s).
   */
  public static final Duration QUEUED_LEASE = Duration.ofMinutes(20);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  private final Ledger ledger;
  private final Generations generations;
  private final PictureGenerator generator;
  private final ImageStore images;
  private final QueuedPhotos photos;
  private final WorkQueue queue;
  private final Credits price;
  private final Limits limits;
  private final Duration lease;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  /**
   * @param lease the lease of a generation that runs within the request; longer than any deadline
   */
  public GenerationFlow(
      Ledger ledger,
      Generations generations,
      PictureGenerator generator,
      ImageStore images,
      QueuedPhotos photos,
      WorkQueue queue,
      Credits price,
      Limits limits,
      Duration lease,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.ledger = ledger;
    this.generations = generations;
    this.generator = generator;
    this.images = images;
    this.photos = photos;
    this.queue = queue;
    this.price = price;
    this.limits = limits;
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
    return outcomeWithoutPhoto(request, key)
        .orElseGet(
            () -> {
              var image = request.photo().prepared();
              var pending = pending(request, lease);
              return start(
                  request, key, pending, () -> finish(generated(pending, image, deadline)));
            });
  }

  private GeneratedPictures generated(Generation pending, Image photo, Instant deadline) {
    return generator
        .generate(pending, photo, _ -> true, (_, _) -> true, deadline)
        .orElseGet(() -> GeneratedPictures.notAsked(pending));
  }

  // The checks that do not need the photo. The start of the generation repeats them, and decides.
  private Optional<GenerationOutcome> outcomeWithoutPhoto(
      GenerationRequest request, @Nullable IdempotencyKey key) {
    var now = clock.instant();
    return repeated(request, key, now).or(() -> attempt(request, now));
  }

  private Optional<GenerationOutcome> attempt(GenerationRequest request, Instant now) {
    return generations.attempt(request.email(), price, limits, now).map(it -> refused(it, now));
  }

  /**
   * Holds the price and queues the generation for a {@link GenerationWorker}. If this throws after
   * the price was held, or the queue loses the generation, it stays pending until its lease of
   * {@link #QUEUED_LEASE} expires, and the sweeper refunds it.
   *
   * <p>A repeat with the same key behaves as in {@link #generate}; it queues nothing.
   */
  public GenerationOutcome queue(GenerationRequest request, @Nullable IdempotencyKey key) {
    return outcomeWithoutPhoto(request, key)
        .orElseGet(() -> queue(request, key, request.photo().prepared()));
  }

  private GenerationOutcome queue(
      GenerationRequest request, @Nullable IdempotencyKey key, Image photo) {
    var pending = pending(request, QUEUED_LEASE);
    photos.put(pending.id(), photo);
    var outcome = start(request, key, pending, () -> send(pending));
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
    return switch (finish(pending, failed, UnchargedCalls.NONE)) {
      case Finished _ -> {
        var nothing = new Work(price, failed.refunded(), List.of(), List.of());
        yield new NothingDelivered(
            pending.id(), FailureReason.MODEL_OVERLOADED, RETRY_AFTER, nothing);
      }
      // It reached the queue despite the error, and a worker has changed it.
      case Overtaken _ -> new Queued(pending.id());
    };
  }

  /**
   * Answers a request while new generations are turned off. A repeat of an earlier request under
   * its key returns that result, unless it failed. Charges nothing and writes nothing.
   */
  public GenerationOutcome repeat(GenerationRequest request, @Nullable IdempotencyKey key) {
    return repeated(request, key, clock.instant()).orElseGet(TurnedOff::new);
  }

  private Optional<GenerationOutcome> repeated(
      GenerationRequest request, @Nullable IdempotencyKey key, Instant now) {
    if (key == null) {
      return Optional.empty();
    }
    return generations
        .holder(request.email(), key)
        .filter(earlier -> earlier.isLive(now))
        .flatMap(earlier -> repeat(request, earlier, _ -> Optional.empty()));
  }

  /**
   * Lets a request wait for its pictures, unless the owner already has as many waiting requests as
   * the limits allow. The caller must {@link #leave} in the end; if its process dies, the wait
   * counts until it expires.
   */
  public Optional<WaitSlot> admit(Email owner, Instant until) {
    var now = clock.instant();
    var wait = new WaitSlot(owner, ids.next(now), until);
    return generations.admit(wait, limits, now) ? Optional.of(wait) : Optional.empty();
  }

  /** Ends a wait. */
  public void leave(WaitSlot wait) {
    generations.leave(wait);
  }

  /** Returns the current outcome of a generation. Writes nothing; throws for an unknown one. */
  public GenerationOutcome outcome(Email email, GenerationId id) {
    var generation = generations.find(email, id).orElseThrow();
    return switch (generation.state()) {
      case Pending _ -> new AlreadyRunning(id);
      case Succeeded(var delivered, _) -> new DeliveredBefore(id, delivered, available(generation));
      case Failed(var reason) -> new FailedBefore(id, reason, RETRY_AFTER);
      case Deleted _ -> new WasDeleted(id);
    };
  }

  private Generation pending(GenerationRequest request, Duration lease) {
    var now = clock.instant();
    return new Generation(
        ids.generation(now),
        request.email(),
        request.prompt(),
        request.mode(),
        price,
        now,
        new Pending(now.plus(lease), List.of(), ModelCalls.reserved(limits)));
  }

  private GenerationOutcome start(
      GenerationRequest request,
      @Nullable IdempotencyKey key,
      Generation pending,
      Supplier<GenerationOutcome> rest) {
    var now = pending.createdAt();
    var write =
        key == null ? null : new IdempotencyWrite(request.recordFor(key, pending.id(), now), null);
    return refusal(request, pending, write).orElseGet(rest);
  }

  /** Starts the generation. Returns why it was refused, or nothing if it has started. */
  private Optional<GenerationOutcome> refusal(
      GenerationRequest request, Generation pending, @Nullable IdempotencyWrite write) {
    return switch (generations.start(pending, usage(pending), write, limits)) {
      case Started _ -> Optional.empty();
      case Refusal refusal -> Optional.of(refused(refusal, pending.createdAt()));
      case KeyTaken(var earlier) -> {
        var wanted = requireNonNull(write).claim();
        yield repeat(
            request,
            earlier,
            failed -> refusal(request, pending, new IdempotencyWrite(wanted, failed)));
      }
    };
  }

  private GenerationOutcome refused(Refusal refusal, Instant now) {
    return switch (refusal) {
      case InsufficientCredits(var available) ->
          new GenerationOutcome.InsufficientCredits(price, available);
      case LimitReached(var limit) -> limitReached(limit, now);
      case NoSuchUser _ -> new GenerationOutcome.NoSuchUser();
    };
  }

  private GenerationOutcome limitReached(Limit limit, Instant now) {
    return limit == Limit.DAILY
        ? new TurnedOff()
        : new GenerationOutcome.LimitReached(limit, limits.most(limit), limit.retryAfter(now));
  }

  private Optional<GenerationOutcome> repeat(
      GenerationRequest request,
      IdempotencyRecord earlier,
      Function<GenerationId, Optional<GenerationOutcome>> again) {
    if (!request.matches(earlier)) {
      return Optional.of(new KeyReused());
    }
    var outcome = outcome(earlier.owner(), new GenerationId(earlier.result()));
    return outcome instanceof FailedBefore failed ? again.apply(failed.id()) : Optional.of(outcome);
  }

  private GenerationOutcome finish(GeneratedPictures pictures) {
    var seen = pictures.seen();
    var stored = pictures.stored();
    var finished = stored.isEmpty() ? seen.failed(pictures.reason()) : seen.succeeded(stored);
    return switch (finish(seen, finished, pictures.uncharged())) {
      case Finished _ -> {
        var work = work(finished.refunded(), pictures);
        yield stored.isEmpty()
            ? new NothingDelivered(seen.id(), pictures.reason(), pictures.retryAfter(), work)
            : new Delivered(seen.id(), stored, available(seen), work);
      }
      case Overtaken(var current) -> {
        var _ = images.remove(stored);
        yield overtaken(current, pictures);
      }
    };
  }

  private FinishOutcome finish(Generation seen, Generation finished, UnchargedCalls uncharged) {
    return generations.finish(seen, finished, finished.refund(ids, clock.instant()), uncharged);
  }

  // The generation was ended by the sweeper, or deleted by its owner.
  private GenerationOutcome overtaken(Generation current, GeneratedPictures pictures) {
    return current.state() instanceof Deleted
        ? new WasDeleted(current.id())
        : new NothingDelivered(
            current.id(), FailureReason.MODEL_TIMEOUT, RETRY_AFTER, work(Credits.NONE, pictures));
  }

  private Work work(Credits refunded, GeneratedPictures pictures) {
    return new Work(price, refunded, pictures.missing(), pictures.answers());
  }

  private Usage usage(Generation pending) {
    return new Usage(
        new TransactionId(pending.id().value()),
        pending.id(),
        price,
        "Image generation (" + VariationPrompt.COUNT + " variations)",
        pending.createdAt(),
        Lots.NONE);
  }

  private Credits available(Generation generation) {
    return ledger.find(generation.email()).orElseThrow().available(clock.instant());
  }
}
