package dev.photocredits.generation;

import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.generation.ModelAnswer.Broken;
import dev.photocredits.generation.ModelAnswer.Drawn;
import dev.photocredits.generation.ModelAnswer.NotDrawn;
import dev.photocredits.generation.ModelAnswer.Overloaded;
import dev.photocredits.generation.ModelAnswer.PhotoRejected;
import dev.photocredits.generation.ModelAnswer.Refused;
import dev.photocredits.generation.ModelAnswer.TimedOut;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Asks the model for the variations of a photo, all at once, and stores what it draws. */
public final class Drawing {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  /** How often the model's calls are counted, until it is known that they are. */
  private static final int ATTEMPTS = 3;

  private final Generations generations;
  private final ImageModel model;
  private final ImageStore images;
  private final Limits limits;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final ExecutorService threads;

  /**
   * @param limits those on what the model is asked for
   * @param threads runs the variations side by side; one thread for each
   */
  public Drawing(
      Generations generations,
      ImageModel model,
      ImageStore images,
      Limits limits,
      TimeOrderedIds ids,
      InstantSource clock,
      ExecutorService threads) {
    this.generations = generations;
    this.model = model;
    this.images = images;
    this.limits = limits;
    this.ids = ids;
    this.clock = clock;
    this.threads = threads;
  }

  /**
   * What came of it.
   *
   * @param seen the generation with these calls counted
   * @param stored in the order of their variations
   * @param missing why there are fewer pictures than were wanted
   * @param answers how long the model took for each of its answers
   * @param uncharged what its end has to count
   */
  record Drawings(
      Generation seen,
      List<StoredImage> stored,
      List<NotDrawn> missing,
      List<Duration> answers,
      Uncharged uncharged) {

    /** Nothing, since the model must not be asked. */
    static Drawings notAsked(Generation seen) {
      var why = new Overloaded("the pictures of this day are used up", RETRY_AFTER);
      return nothing(seen, VariationPrompt.COUNT, why, Uncharged.NONE);
    }

    /** Nothing, since the time was up once the calls were counted. */
    private static Drawings late(Generation seen, int counted, Instant countedAt) {
      return nothing(seen, counted, new TimedOut("deadline"), new Uncharged(0, counted, countedAt));
    }

    private static Drawings nothing(
        Generation seen, int wanted, NotDrawn why, Uncharged uncharged) {
      return new Drawings(seen, List.of(), Collections.nCopies(wanted, why), List.of(), uncharged);
    }

    // A refusal says most about what to do next, so it speaks for all; then what passes by itself.
    FailureReason reason() {
      if (missing.stream().anyMatch(Refused.class::isInstance)) {
        return FailureReason.SAFETY_BLOCKED;
      }
      if (missing.stream().anyMatch(PhotoRejected.class::isInstance)) {
        return FailureReason.UNSUPPORTED_IMAGE;
      }
      if (missing.stream().anyMatch(Overloaded.class::isInstance)) {
        return FailureReason.MODEL_OVERLOADED;
      }
      if (missing.stream().anyMatch(TimedOut.class::isInstance)) {
        return FailureReason.MODEL_TIMEOUT;
      }
      return FailureReason.IMAGE_GENERATION_FAILED;
    }

    Duration retryAfter() {
      return missing.stream()
          .filter(Overloaded.class::isInstance)
          .map(busy -> ((Overloaded) busy).retryAfter())
          .max(Duration::compareTo)
          .orElse(RETRY_AFTER);
    }
  }

  /**
   * Counts the calls of the model, and draws. When counting throws, it is not known whether they
   * count; the model was not asked.
   *
   * @param wanted which variations
   * @param keep is told of each picture once it is stored, on that variation's thread; what it
   *     refuses is removed again, and missing
   * @param deadline when the last picture must be stored
   * @return nothing if the model must not be asked: the generation has ended, or the day has no
   *     room
   */
  Optional<Drawings> draw(
      Generation pending,
      Image photo,
      IntPredicate wanted,
      BiPredicate<Integer, StoredImage> keep,
      Instant deadline) {
    var numbers = IntStream.range(0, VariationPrompt.COUNT).filter(wanted).toArray();
    var now = clock.instant();
    if (numbers.length == 0 || !now.isBefore(deadline)) {
      return Optional.of(
          Drawings.nothing(pending, numbers.length, new TimedOut("deadline"), Uncharged.NONE));
    }
    return ask(pending, numbers.length, now)
        .map(seen -> drawn(seen, photo, numbers, keep, deadline, now));
  }

  // What throws may have been counted. A repeat under the same id settles it.
  private Optional<Generation> ask(Generation pending, int pictures, Instant now) {
    var id = ids.next(now);
    for (var attempt = 1; ; attempt++) {
      try {
        return generations.ask(pending, id, pictures, limits, now);
      } catch (RuntimeException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private Drawings drawn(
      Generation seen,
      Image photo,
      int[] numbers,
      BiPredicate<Integer, StoredImage> keep,
      Instant deadline,
      Instant countedAt) {
    var time = Duration.between(clock.instant(), deadline);
    if (!time.isPositive()) {
      return Drawings.late(seen, numbers.length, countedAt);
    }
    var prompts = VariationPrompt.of(seen.prompt(), seen.mode());
    var counted = new CountedCalls(numbers.length);
    var tasks =
        IntStream.of(numbers)
            .<Callable<Variation>>mapToObj(
                number ->
                    () ->
                        counted.take()
                            ? variation(seen, photo, prompts.get(number), number, keep, deadline)
                            : Variation.LATE)
            .toList();
    try {
      var variations = threads.invokeAll(tasks, time.toMillis(), TimeUnit.MILLISECONDS);
      return drawings(seen, variations, counted.close(), countedAt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while drawing", e);
    }
  }

  /** The calls that were counted, and may be made until they are settled. */
  private static final class CountedCalls {
    private int left;

    CountedCalls(int counted) {
      left = counted;
    }

    /** Whether another call may be made. */
    synchronized boolean take() {
      if (left == 0) {
        return false;
      }
      left--;
      return true;
    }

    /** Lets no further call be made, and tells how many were not. */
    synchronized int close() {
      var notMade = left;
      left = 0;
      return notMade;
    }
  }

  private sealed interface Variation {
    Variation LATE = new Missing(new TimedOut("deadline"), null);

    /** How long the model took to answer, if it did. */
    @Nullable Duration answered();

    record Stored(StoredImage image, Duration answered) implements Variation {}

    record Missing(NotDrawn why, @Nullable Duration answered) implements Variation {}
  }

  private static Drawings drawings(
      Generation seen, List<Future<Variation>> variations, int notMade, Instant countedAt) {
    var stored = new ArrayList<StoredImage>();
    var missing = new ArrayList<NotDrawn>();
    var answers = new ArrayList<Duration>();
    for (var variation : variations) {
      var result = result(variation);
      switch (result) {
        case Variation.Stored(var image, _) -> stored.add(image);
        case Variation.Missing(var why, _) -> missing.add(why);
      }
      if (result.answered() != null) {
        answers.add(result.answered());
      }
    }
    var byUser = Math.toIntExact(missing.stream().filter(Drawing::isByUser).count());
    return new Drawings(seen, stored, missing, answers, new Uncharged(byUser, notMade, countedAt));
  }

  private static boolean isByUser(NotDrawn why) {
    return why instanceof Refused || why instanceof PhotoRejected;
  }

  private Variation variation(
      Generation pending,
      Image photo,
      VariationPrompt prompt,
      int number,
      BiPredicate<Integer, StoredImage> keep,
      Instant deadline) {
    var asked = clock.instant();
    var answer = model.draw(photo, prompt, deadline);
    var answered = Duration.between(asked, clock.instant());
    return switch (answer) {
      case Drawn(var image) -> {
        var stored = images.put(pending.id(), image);
        if (!keep.test(number, stored)) {
          var _ = images.remove(List.of(stored));
          yield new Variation.Missing(new Broken("nobody wants it any more"), answered);
        }
        yield new Variation.Stored(stored, answered);
      }
      case NotDrawn why -> new Variation.Missing(why, answered);
    };
  }

  private static Variation result(Future<Variation> variation) {
    try {
      return variation.get();
    } catch (CancellationException _) {
      return Variation.LATE;
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
}
