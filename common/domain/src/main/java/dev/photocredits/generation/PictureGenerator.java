package dev.photocredits.generation;

import static dev.photocredits.images.ModelAnswer.Overloaded.RETRY_AFTER;

import dev.photocredits.images.Image;
import dev.photocredits.images.ImageModel;
import dev.photocredits.images.ImageStore;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelAnswer.Generated;
import dev.photocredits.images.ModelAnswer.NoImage;
import dev.photocredits.images.ModelAnswer.Overloaded;
import dev.photocredits.images.ModelAnswer.PhotoRejected;
import dev.photocredits.images.ModelAnswer.Refused;
import dev.photocredits.images.ModelAnswer.TimedOut;
import dev.photocredits.images.PictureRequest;
import dev.photocredits.images.StoredImage;
import dev.photocredits.images.VariationPrompt;
import dev.photocredits.values.TimeOrderedIds;
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

/** Asks the model for the variations of a photo concurrently, and stores the pictures. */
public final class PictureGenerator {
  /** How many attempts are made to count the calls, if it is unknown whether they were counted. */
  private static final int ATTEMPTS = 3;

  private final Generations generations;
  private final ImageModel model;
  private final ImageStore images;
  private final Limits limits;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final ExecutorService threads;

  /**
   * @param limits the limits on what the model is asked for
   * @param threads runs the variations concurrently; needs one thread for each
   */
  public PictureGenerator(
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
   * The result of a run.
   *
   * @param seen the generation with the calls counted
   * @param stored the stored pictures, in the order of their variations
   * @param missing why wanted pictures are missing, one for each
   * @param answers how long each answer of the model took
   * @param uncharged what to count when the generation ends
   */
  record GeneratedPictures(
      Generation seen,
      List<StoredImage> stored,
      List<NoImage> missing,
      List<Duration> answers,
      UnchargedCalls uncharged) {

    /** The result if the model must not be asked, because the daily limit is reached. */
    static GeneratedPictures notAsked(Generation seen) {
      var why = new Overloaded("the daily limit of pictures is reached", RETRY_AFTER);
      return nothing(seen, seen.options().variations(), why, UnchargedCalls.NONE);
    }

    /** The result if the deadline passed while the calls were being counted. */
    private static GeneratedPictures late(Generation seen, int counted, Instant countedAt) {
      return nothing(
          seen, counted, new TimedOut("deadline"), new UnchargedCalls(0, counted, countedAt));
    }

    private static GeneratedPictures nothing(
        Generation seen, int wanted, NoImage why, UnchargedCalls uncharged) {
      return new GeneratedPictures(
          seen, List.of(), Collections.nCopies(wanted, why), List.of(), uncharged);
    }

    // The reason that helps the user most comes first; then reasons that pass by themselves.
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
   * Counts the calls of the model, makes them, and stores the pictures. If counting throws, the
   * calls may or may not be counted, and the model was not called.
   *
   * @param wanted the variations to generate
   * @param keep called with each stored picture, on the thread of its variation; if it returns
   *     false, the picture is removed and counts as missing
   * @param deadline when the last picture must be stored
   * @return empty if the model must not be asked: the generation has ended, or the daily limit is
   *     reached
   */
  Optional<GeneratedPictures> generate(
      Generation pending,
      Image photo,
      IntPredicate wanted,
      BiPredicate<Integer, StoredImage> keep,
      Instant deadline) {
    var numbers = IntStream.range(0, pending.options().variations()).filter(wanted).toArray();
    var now = clock.instant();
    if (numbers.length == 0 || !now.isBefore(deadline)) {
      return Optional.of(
          GeneratedPictures.nothing(
              pending, numbers.length, new TimedOut("deadline"), UnchargedCalls.NONE));
    }
    return ask(pending, numbers.length, now)
        .map(seen -> generated(seen, photo, numbers, keep, deadline, now));
  }

  // A count that throws may have been written. Repeating it under the same id settles that.
  private Optional<Generation> ask(Generation pending, int pictures, Instant now) {
    var id = ids.next(now);
    for (var attempt = 1; ; attempt++) {
      try {
        return generations.countModelCalls(pending, id, pictures, limits, now);
      } catch (RuntimeException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private GeneratedPictures generated(
      Generation seen,
      Image photo,
      int[] numbers,
      BiPredicate<Integer, StoredImage> keep,
      Instant deadline,
      Instant countedAt) {
    var time = Duration.between(clock.instant(), deadline);
    if (!time.isPositive()) {
      return GeneratedPictures.late(seen, numbers.length, countedAt);
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
      return pictures(seen, variations, counted.close(), countedAt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while generating", e);
    }
  }

  /** A budget of calls: those that were counted and may still be made. */
  private static final class CountedCalls {
    private int left;

    CountedCalls(int counted) {
      left = counted;
    }

    /** Takes one of the calls; returns false if none is left. */
    synchronized boolean take() {
      if (left == 0) {
        return false;
      }
      left--;
      return true;
    }

    /** Allows no further calls, and returns how many were not made. */
    synchronized int close() {
      var notMade = left;
      left = 0;
      return notMade;
    }
  }

  private sealed interface Variation {
    Variation LATE = new Missing(new TimedOut("deadline"), null);

    /** How long the answer of the model took; null if there was none. */
    @Nullable Duration answered();

    record Stored(StoredImage image, Duration answered) implements Variation {}

    record Missing(NoImage why, @Nullable Duration answered) implements Variation {}
  }

  private static GeneratedPictures pictures(
      Generation seen, List<Future<Variation>> variations, int notMade, Instant countedAt) {
    var stored = new ArrayList<StoredImage>();
    var missing = new ArrayList<NoImage>();
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
    var byUser = Math.toIntExact(missing.stream().filter(PictureGenerator::isByUser).count());
    return new GeneratedPictures(
        seen, stored, missing, answers, new UnchargedCalls(byUser, notMade, countedAt));
  }

  private static boolean isByUser(NoImage why) {
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
    var options = pending.options();
    var answer =
        model.generate(
            new PictureRequest(photo, prompt, options.aspectRatio(), options.size()), deadline);
    var answered = Duration.between(asked, clock.instant());
    return switch (answer) {
      case Generated(var image) -> {
        var stored = images.put(pending.id(), image);
        if (!keep.test(number, stored)) {
          var _ = images.remove(List.of(stored));
          yield new Variation.Missing(new Broken("the picture is not wanted any more"), answered);
        }
        yield new Variation.Stored(stored, answered);
      }
      case NoImage why -> new Variation.Missing(why, answered);
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
      throw new IllegalStateException("interrupted while generating", e);
    }
  }

  // Only the name, because the message may contain what must not be logged.
  private static String name(@Nullable Throwable thrown) {
    return thrown == null ? "unknown" : thrown.getClass().getName();
  }
}
