package dev.photocredits.generation;

import static java.util.Objects.requireNonNull;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.generation.DrawOutcome.AlreadyRunning;
import dev.photocredits.generation.DrawOutcome.Delivered;
import dev.photocredits.generation.DrawOutcome.DeliveredBefore;
import dev.photocredits.generation.DrawOutcome.FailedBefore;
import dev.photocredits.generation.DrawOutcome.KeyReused;
import dev.photocredits.generation.DrawOutcome.NothingDelivered;
import dev.photocredits.generation.DrawOutcome.Queued;
import dev.photocredits.generation.DrawOutcome.TurnedOff;
import dev.photocredits.generation.DrawOutcome.WasDeleted;
import dev.photocredits.generation.DrawOutcome.Work;
import dev.photocredits.generation.Drawing.Drawings;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.Generations.KeyClaim;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.NoSuchUser;
import dev.photocredits.generation.StartOutcome.Refusal;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.IdempotencyKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sells three variations of a photo: takes the price, has all of them drawn, at once or by a
 * worker, and gives back what is not.
 */
public final class GenerationFlow {
  /**
   * How long a queued generation is believed to be on its way: longer than a worker's second try
   * takes to come to its end (the queue's 15 minutes after the first, and the worker's 150 s).
   */
  public static final Duration QUEUED_LEASE = Duration.ofMinutes(20);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  private final Ledger ledger;
  private final Generations generations;
  private final Drawing drawing;
  private final ImageStore images;
  private final Photos photos;
  private final WorkQueue queue;
  private final Credits price;
  private final Limits limits;
  private final Duration lease;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  /**
   * @param lease how long a generation that is drawn at once may take before its worker is taken
   *     for dead; longer than any deadline
   */
  public GenerationFlow(
      Ledger ledger,
      Generations generations,
      Drawing drawing,
      ImageStore images,
      Photos photos,
      WorkQueue queue,
      Credits price,
      Limits limits,
      Duration lease,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.ledger = ledger;
    this.generations = generations;
    this.drawing = drawing;
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
   * Takes the price, draws, and finishes the generation in whichever state the pictures that are
   * there by the deadline say. When this throws after the price was taken, the generation stays
   * pending until its lease runs out and the price is given back.
   *
   * <p>A repeat under the same key within 24 hours gets the pictures of the first request, and
   * takes nothing; if that one came to nothing, it draws. Without a key every call is a new order.
   *
   * <p>The photo is prepared only if there is a user, with the credits, and room under the limits.
   * What it throws leaves nothing behind but the count of the attempt.
   *
   * @param deadline when the last picture must be stored; finishing comes after it
   */
  public DrawOutcome draw(GenerationOrder order, @Nullable IdempotencyKey key, Instant deadline) {
    return beforeThePhoto(order, key)
        .orElseGet(
            () -> {
              var image = order.photo().prepared();
              var pending = pending(order, lease);
              return start(order, key, pending, () -> finish(drawn(pending, image, deadline)));
            });
  }

  private Drawings drawn(Generation pending, Image photo, Instant deadline) {
    return drawing
        .draw(pending, photo, _ -> true, (_, _) -> true, deadline)
        .orElseGet(() -> Drawings.notAsked(pending));
  }

  // What needs no look at the photo. The start of a generation asks again, and decides.
  private Optional<DrawOutcome> beforeThePhoto(
      GenerationOrder order, @Nullable IdempotencyKey key) {
    var now = clock.instant();
    return repeated(order, key, now)
        .or(() -> generations.attempt(order.email(), price, limits, now).map(it -> told(it, now)));
  }

  /**
   * Takes the price and leaves the rest to a {@link GenerationWorker}. When this throws after the
   * price was taken, or the queue loses the generation, it stays pending until its lease of {@link
   * #QUEUED_LEASE} runs out, and the price is given back.
   *
   * <p>A repeat under a key is as in {@link #draw}; it sends nothing.
   */
  public DrawOutcome queue(GenerationOrder order, @Nullable IdempotencyKey key) {
    return beforeThePhoto(order, key).orElseGet(() -> queue(order, key, order.photo().prepared()));
  }

  private DrawOutcome queue(GenerationOrder order, @Nullable IdempotencyKey key, Image photo) {
    var pending = pending(order, QUEUED_LEASE);
    photos.put(pending.id(), photo);
    var outcome = start(order, key, pending, () -> send(pending));
    if (!(outcome instanceof Queued)) {
      photos.remove(pending.id());
    }
    return outcome;
  }

  private DrawOutcome send(Generation pending) {
    if (queue.send(pending.email(), pending.id())) {
      return new Queued(pending.id());
    }
    var failed = pending.failed(FailureReason.MODEL_OVERLOADED);
    return switch (finish(pending, failed, Uncharged.NONE)) {
      case Finished _ -> {
        var nothing = new Work(price, failed.refunded(), List.of(), List.of());
        yield new NothingDelivered(
            pending.id(), FailureReason.MODEL_OVERLOADED, RETRY_AFTER, nothing);
      }
      // It was sent after all, and a worker is at it.
      case Overtaken _ -> new Queued(pending.id());
    };
  }

  /**
   * What the order gets while nothing new is begun: if it repeats an earlier one under its key,
   * what became of that, unless it came to nothing. Takes nothing and writes nothing.
   */
  public DrawOutcome repeat(GenerationOrder order, @Nullable IdempotencyKey key) {
    return repeated(order, key, clock.instant()).orElseGet(TurnedOff::new);
  }

  private Optional<DrawOutcome> repeated(
      GenerationOrder order, @Nullable IdempotencyKey key, Instant now) {
    if (key == null) {
      return Optional.empty();
    }
    return generations
        .holder(order.email(), key)
        .filter(holder -> holder.isLive(now))
        .flatMap(holder -> repeat(order, holder, _ -> Optional.empty()));
  }

  /**
   * Lets a request wait for its pictures, unless as many of its owner's do as the limits allow. It
   * has to {@link #leave} in the end; if its process dies, it counts until its time is over.
   */
  public Optional<Wait> admit(Email owner, Instant until) {
    var now = clock.instant();
    var wait = new Wait(owner, ids.next(now), until);
    return generations.admit(wait, limits, now) ? Optional.of(wait) : Optional.empty();
  }

  /** Ends a wait. */
  public void leave(Wait wait) {
    generations.leave(wait);
  }

  /** What has become of a generation by now. Writes nothing; fails for an unknown one. */
  public DrawOutcome outcome(Email email, GenerationId id) {
    var generation = generations.find(email, id).orElseThrow();
    return switch (generation.state()) {
      case Pending _ -> new AlreadyRunning(id);
      case Succeeded(var delivered, _) -> new DeliveredBefore(id, delivered, available(generation));
      case Failed(var reason) -> new FailedBefore(id, reason, RETRY_AFTER);
      case Deleted _ -> new WasDeleted(id);
    };
  }

  private Generation pending(GenerationOrder order, Duration lease) {
    var now = clock.instant();
    return new Generation(
        ids.generation(now),
        order.email(),
        order.prompt(),
        order.mode(),
        price,
        now,
        new Pending(now.plus(lease), List.of(), Calls.reserved(limits)));
  }

  private DrawOutcome start(
      GenerationOrder order,
      @Nullable IdempotencyKey key,
      Generation pending,
      Supplier<DrawOutcome> rest) {
    var now = pending.createdAt();
    var claim = key == null ? null : new KeyClaim(order.claim(key, pending.id(), now), null);
    return refusal(order, pending, claim).orElseGet(rest);
  }

  /** Why nothing begins, or nothing if it has begun. */
  private Optional<DrawOutcome> refusal(
      GenerationOrder order, Generation pending, @Nullable KeyClaim key) {
    return switch (generations.start(pending, usage(pending), key, limits)) {
      case Started _ -> Optional.empty();
      case Refusal refusal -> Optional.of(told(refusal, pending.createdAt()));
      case KeyTaken(var holder) -> {
        var claim = requireNonNull(key).claim();
        yield repeat(order, holder, failed -> refusal(order, pending, new KeyClaim(claim, failed)));
      }
    };
  }

  private DrawOutcome told(Refusal refusal, Instant now) {
    return switch (refusal) {
      case InsufficientCredits(var available) ->
          new DrawOutcome.InsufficientCredits(price, available);
      case LimitReached(var limit) -> limitReached(limit, now);
      case NoSuchUser _ -> new DrawOutcome.NoSuchUser();
    };
  }

  private DrawOutcome limitReached(Limit limit, Instant now) {
    return limit == Limit.DAILY
        ? new TurnedOff()
        : new DrawOutcome.LimitReached(limit, limits.most(limit), limit.retryAfter(now));
  }

  private Optional<DrawOutcome> repeat(
      GenerationOrder order, Claim holder, Function<GenerationId, Optional<DrawOutcome>> again) {
    if (!order.isClaimedBy(holder)) {
      return Optional.of(new KeyReused());
    }
    var earlier = outcome(holder.owner(), new GenerationId(holder.result()));
    return earlier instanceof FailedBefore failed ? again.apply(failed.id()) : Optional.of(earlier);
  }

  private DrawOutcome finish(Drawings drawings) {
    var seen = drawings.seen();
    var stored = drawings.stored();
    var finished = stored.isEmpty() ? seen.failed(drawings.reason()) : seen.succeeded(stored);
    return switch (finish(seen, finished, drawings.uncharged())) {
      case Finished _ -> {
        var work = work(finished.refunded(), drawings);
        yield stored.isEmpty()
            ? new NothingDelivered(seen.id(), drawings.reason(), drawings.retryAfter(), work)
            : new Delivered(seen.id(), stored, available(seen), work);
      }
      case Overtaken(var now) -> {
        var _ = images.remove(stored);
        yield late(now, drawings);
      }
    };
  }

  private FinishOutcome finish(Generation seen, Generation finished, Uncharged uncharged) {
    return generations.finish(seen, finished, finished.refund(ids, clock.instant()), uncharged);
  }

  // Somebody else has ended it meanwhile, and nothing but its owner ends it with another reason.
  private DrawOutcome late(Generation now, Drawings drawings) {
    return now.state() instanceof Deleted
        ? new WasDeleted(now.id())
        : new NothingDelivered(
            now.id(), FailureReason.MODEL_TIMEOUT, RETRY_AFTER, work(Credits.NONE, drawings));
  }

  private Work work(Credits refunded, Drawings drawings) {
    return new Work(price, refunded, drawings.missing(), drawings.answers());
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
