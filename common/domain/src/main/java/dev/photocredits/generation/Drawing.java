package dev.photocredits.generation;

import dev.photocredits.generation.ModelAnswer.Broken;
import dev.photocredits.generation.ModelAnswer.Drawn;
import dev.photocredits.generation.ModelAnswer.NotDrawn;
import dev.photocredits.generation.ModelAnswer.Overloaded;
import dev.photocredits.generation.ModelAnswer.Refused;
import dev.photocredits.generation.ModelAnswer.TimedOut;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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

  private final ImageModel model;
  private final ImageStore images;
  private final InstantSource clock;
  private final ExecutorService threads;

  /**
   * @param threads runs the variations side by side; one thread for each
   */
  public Drawing(
      ImageModel model, ImageStore images, InstantSource clock, ExecutorService threads) {
    this.model = model;
    this.images = images;
    this.clock = clock;
    this.threads = threads;
  }

  /**
   * What came of it.
   *
   * @param stored in the order of their variations
   * @param missing why there are fewer pictures than were wanted
   * @param answers how long the model took for each of its answers
   */
  record Drawings(List<StoredImage> stored, List<NotDrawn> missing, List<Duration> answers) {

    // A refusal says most about what to do next, so it speaks for all; then what passes by itself.
    FailureReason reason() {
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

    Duration retryAfter() {
      return missing.stream()
          .filter(Overloaded.class::isInstance)
          .map(busy -> ((Overloaded) busy).retryAfter())
          .max(Duration::compareTo)
          .orElse(RETRY_AFTER);
    }
  }

  /**
   * Draws.
   *
   * @param wanted which variations
   * @param keep is told of each picture once it is stored, on that variation's thread; what it
   *     refuses is removed again, and missing
   * @param deadline when the last picture must be stored
   */
  Drawings draw(
      Generation pending,
      Image photo,
      IntPredicate wanted,
      BiPredicate<Integer, StoredImage> keep,
      Instant deadline) {
    var prompts = VariationPrompt.of(pending.prompt(), pending.mode());
    var tasks =
        IntStream.range(0, prompts.size())
            .filter(wanted)
            .<Callable<Variation>>mapToObj(
                number ->
                    () -> variation(pending, photo, prompts.get(number), number, keep, deadline))
            .toList();
    var time = Duration.between(clock.instant(), deadline);
    try {
      return drawings(threads.invokeAll(tasks, time.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while drawing", e);
    }
  }

  private sealed interface Variation {
    /** How long the model took to answer, if it did. */
    @Nullable Duration answered();

    record Stored(StoredImage image, Duration answered) implements Variation {}

    record Missing(NotDrawn why, @Nullable Duration answered) implements Variation {}
  }

  private static Drawings drawings(List<Future<Variation>> variations) {
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
    return new Drawings(stored, missing, answers);
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
}
