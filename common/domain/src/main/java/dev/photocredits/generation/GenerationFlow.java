package dev.photocredits.generation;

import static java.util.Objects.requireNonNull;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.generation.DrawOutcome.AlreadyRunning;
import dev.photocredits.generation.DrawOutcome.Delivered;
import dev.photocredits.generation.DrawOutcome.DeliveredBefore;
import dev.photocredits.generation.DrawOutcome.KeyReused;
import dev.photocredits.generation.DrawOutcome.NothingDelivered;
import dev.photocredits.generation.DrawOutcome.TurnedOff;
import dev.photocredits.generation.DrawOutcome.Work;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.FinishedBefore;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.Generations.KeyClaim;
import dev.photocredits.generation.ModelAnswer.Broken;
import dev.photocredits.generation.ModelAnswer.Drawn;
import dev.photocredits.generation.ModelAnswer.NotDrawn;
import dev.photocredits.generation.ModelAnswer.Overloaded;
import dev.photocredits.generation.ModelAnswer.Refused;
import dev.photocredits.generation.ModelAnswer.TimedOut;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.NoSuchUser;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.IdempotencyKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Draws three variations of a photo: takes the price, asks the model for all of them at once,
 * stores what it draws, and gives back what it does not.
 */
public final class GenerationFlow {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  private final Ledger ledger;
  private final Generations generations;
  private final ImageModel model;
  private final ImageStore images;
  private final Credits price;
  private final Duration lease;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final ExecutorService threads;

  /**
   * @param lease how long a generation may take before its worker is taken for dead; longer than
   *     any deadline
   * @param threads runs the variations side by side; one thread for each
   */
  public GenerationFlow(
      Ledger ledger,
      Generations generations,
      ImageModel model,
      ImageStore images,
      Credits price,
      Duration lease,
      TimeOrderedIds ids,
      InstantSource clock,
      ExecutorService threads) {
    this.ledger = ledger;
    this.generations = generations;
    this.model = model;
    this.images = images;
    this.price = price;
    this.lease = lease;
    this.ids = ids;
    this.clock = clock;
    this.threads = threads;
  }

  /**
   * Takes the price, draws, and finishes the generation in whichever state the pictures that are
   * there by the deadline say. When this throws after the price was taken, the generation stays
   * pending until its lease runs out and the price is given back.
   *
   * <p>A repeat under the same key within 24 hours gets the pictures of the first request, and
   * takes nothing; if that one came to nothing, it draws. Without a key every call is a new order.
   *
   * @param deadline when the last picture must be stored; finishing comes after it
   */
  public DrawOutcome draw(GenerationOrder order, @Nullable IdempotencyKey key, Instant deadline) {
    var now = clock.instant();
    var pending =
        new Generation(
            ids.generation(now),
            order.email(),
            order.prompt(),
            order.mode(),
            price,
            now,
            new Pending(now.plus(lease)));
    if (key == null) {
      return draw(pending, null, order.photo(), deadline);
    }
    var claim = claim(order, key, pending.id(), now);
    return draw(pending, new KeyClaim(claim, null), order.photo(), deadline);
  }

  /**
   * What the order gets while nothing new is begun: if it repeats an earlier one under its key,
   * what became of that, unless it came to nothing. Takes nothing and writes nothing.
   */
  public DrawOutcome repeat(GenerationOrder order, @Nullable IdempotencyKey key) {
    if (key == null) {
      return new TurnedOff();
    }
    var now = clock.instant();
    var wanted = claim(order, key, ids.generation(now), now);
    return generations
        .holder(wanted)
        .filter(holder -> holder.isLive(now))
        .<DrawOutcome>map(holder -> repeat(wanted, holder, _ -> new TurnedOff()))
        .orElseGet(TurnedOff::new);
  }

  private static Claim claim(
      GenerationOrder order, IdempotencyKey key, GenerationId generation, Instant now) {
    return Claim.of(
        order.email(), Claim.Scope.GENERATE, key, order.hash(), generation.value(), now);
  }

  private DrawOutcome draw(
      Generation pending, @Nullable KeyClaim key, Image photo, Instant deadline) {
    return switch (generations.start(pending, usage(pending), key)) {
      case Started _ -> finish(pending, variations(pending, photo, deadline));
      case InsufficientCredits(var available) ->
          new DrawOutcome.InsufficientCredits(price, available);
      case NoSuchUser _ -> new DrawOutcome.NoSuchUser();
      case KeyTaken(var holder) -> {
        var claim = requireNonNull(key).claim();
        yield repeat(
            claim, holder, failed -> draw(pending, new KeyClaim(claim, failed), photo, deadline));
      }
    };
  }

  private DrawOutcome repeat(
      Claim wanted, Claim holder, Function<GenerationId, DrawOutcome> again) {
    if (!holder.request().equals(wanted.request())) {
      return new KeyReused();
    }
    var first = new GenerationId(holder.result());
    var earlier = generations.find(wanted.owner(), first).orElseThrow();
    return switch (earlier.state()) {
      case Pending _ -> new AlreadyRunning(first);
      case Succeeded(var delivered, _) -> new DeliveredBefore(first, delivered, balance(earlier));
      case Failed _ -> again.apply(first);
    };
  }

  private sealed interface Variation {
    /** How long the model took to answer, if it did. */
    @Nullable Duration answered();

    record Stored(StoredImage image, Duration answered) implements Variation {}

    record Missing(NotDrawn why, @Nullable Duration answered) implements Variation {}
  }

  private List<Variation> variations(Generation pending, Image photo, Instant deadline) {
    var wanted = VariationPrompt.of(pending.prompt(), pending.mode());
    var tasks =
        wanted.stream()
            .<Callable<Variation>>map(prompt -> () -> variation(pending, photo, prompt, deadline))
            .toList();
    var time = Duration.between(clock.instant(), deadline);
    try {
      return threads.invokeAll(tasks, time.toMillis(), TimeUnit.MILLISECONDS).stream()
          .map(GenerationFlow::result)
          .toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while drawing", e);
    }
  }

  private Variation variation(
      Generation pending, Image photo, VariationPrompt prompt, Instant deadline) {
    var asked = clock.instant();
    var answer = model.draw(photo, prompt, deadline);
    var answered = Duration.between(asked, clock.instant());
    return switch (answer) {
      case Drawn(var image) -> new Variation.Stored(images.put(pending.id(), image), answered);
      case NotDrawn why -> new Variation.Missing(why, answered);
    };
  }

  private static Variation result(Future<Variation> variation) {
    try {
      return variation.get();
    } catch (CancellationException _) {
      return new Variation.Missing(new TimedOut("deadline"), null);
    } catch (ExecutionException e) {
      return new Variation.Missing(new Broken(name(e.getCause())), null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while drawing", e);
    }
  }

  // The name alone: a message may say more than a log should know.
  private static String name(@Nullable Throwable thrown) {
    return thrown == null ? "unknown" : thrown.getClass().getName();
  }

  private DrawOutcome finish(Generation pending, List<Variation> variations) {
    var stored = new ArrayList<StoredImage>();
    var missing = new ArrayList<NotDrawn>();
    var answers = new ArrayList<Duration>();
    for (var variation : variations) {
      switch (variation) {
        case Variation.Stored(var image, _) -> stored.add(image);
        case Variation.Missing(var why, _) -> missing.add(why);
      }
      if (variation.answered() != null) {
        answers.add(variation.answered());
      }
    }
    var finished = stored.isEmpty() ? pending.failed(reason(missing)) : pending.succeeded(stored);
    return switch (generations.finish(finished, finished.refund(ids, clock.instant()))) {
      case Finished _ -> {
        var work = new Work(price, finished.refunded(), missing, answers);
        yield stored.isEmpty()
            ? new NothingDelivered(pending.id(), reason(missing), retryAfter(missing), work)
            : new Delivered(pending.id(), stored, balance(pending), work);
      }
      case FinishedBefore _ -> {
        images.remove(stored);
        yield new NothingDelivered(
            pending.id(),
            FailureReason.MODEL_TIMEOUT,
            RETRY_AFTER,
            new Work(price, Credits.NONE, missing, answers));
      }
    };
  }

  private Usage usage(Generation pending) {
    return new Usage(
        new TransactionId(pending.id().value()),
        pending.id(),
        price,
        "Image generation (" + VariationPrompt.COUNT + " variations)",
        pending.createdAt());
  }

  private Credits balance(Generation generation) {
    return ledger.find(generation.email()).orElseThrow().credits();
  }

  // A refusal says most about what to do next, so it speaks for all; then what passes by itself.
  private static FailureReason reason(List<NotDrawn> missing) {
    if (missing.stream().anyMatch(Refused.class::isInstance)) {
      return FailureReason.SAFETY_BLOCKED;
    }
    if (missing.stream().anyMatch(Overloaded.class::isInstance)) {
      return FailureReason.MODEL_OVERLOADED;
    }
    if (missing.stream().anyMatch(TimedOut.class::isInstance)) {
      return FailureReason.MODEL_TIMEOUT;
    }
    return FailureReason.IMAGE_GENERATION_FAILED;
  }

  private static Duration retryAfter(List<NotDrawn> missing) {
    return missing.stream()
        .map(
            why ->
                why instanceof Overloaded busy
                    ? Optional.of(busy.retryAfter())
                    : Optional.<Duration>empty())
        .flatMap(Optional::stream)
        .max(Duration::compareTo)
        .orElse(RETRY_AFTER);
  }
}
