package dev.photocredits.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.generation.DrawOutcome.Work;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Draws what {@link GenerationFlow#queue} has sold. */
public final class GenerationWorker {
  /**
   * How often others may change the generation between looking at it and ending it: by a late
   * picture, or by asking the model.
   */
  private static final int ATTEMPTS = 2 * VariationPrompt.COUNT + 1;

  private final Generations generations;
  private final Drawing drawing;
  private final Photos photos;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public GenerationWorker(
      Generations generations,
      Drawing drawing,
      Photos photos,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.generations = generations;
    this.drawing = drawing;
    this.photos = photos;
    this.ids = ids;
    this.clock = clock;
  }

  /** A generation that we ended, and what that took. */
  public record Worked(Generation ended, Work work) {}

  /**
   * Draws what the pending generation has no picture of yet, adds each as it comes, and ends the
   * generation with those that are there by the deadline. Nothing for a generation that has ended,
   * whose photo is gone, for which the day has no more pictures, or whose lease has run out: that
   * one is the sweeper's. When this throws, it may be called again with the same arguments: nothing
   * is charged or given back twice, and nothing is drawn again that was added.
   *
   * @param deadline when the last picture must be stored; ending comes after it
   * @return how it ended, if it was we who ended it; or somebody else with the very same pictures,
   *     which nobody can tell from our own write whose reply was lost
   */
  public Optional<Worked> work(Email owner, GenerationId id, Instant deadline) {
    @Nullable Generation found = generations.find(owner, id).orElse(null);
    if (found == null || !(found.state() instanceof Pending pending)) {
      photos.remove(id);
      return Optional.empty();
    }
    var photo = photos.find(id);
    if (photo.isEmpty() || !clock.instant().isBefore(pending.leaseExpiresAt())) {
      return Optional.empty();
    }
    var drawn = pending.drawn().stream().map(Picture::variation).toList();
    var drawings =
        drawing.draw(
            found,
            photo.get(),
            number -> !drawn.contains(number),
            (number, image) -> generations.add(found, new Picture(number, image)),
            deadline);
    if (drawings.isEmpty()) {
      return Optional.empty();
    }
    var work = end(owner, id, drawings.get());
    photos.remove(id);
    return work;
  }

  private Optional<Worked> end(Email owner, GenerationId id, Drawing.Drawings drawings) {
    var seen = generations.find(owner, id).orElseThrow();
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!(seen.state() instanceof Pending pending)) {
        return Optional.empty();
      }
      var ended = seen.ended(pending, drawings.reason());
      var refund = ended.refund(ids, clock.instant());
      switch (generations.finish(seen, ended, refund, drawings.uncharged())) {
        case Finished _ -> {
          return Optional.of(
              new Worked(
                  ended,
                  new Work(
                      ended.price(), ended.refunded(), drawings.missing(), drawings.answers())));
        }
        case Overtaken(var now) -> seen = now;
      }
    }
    throw new IllegalStateException("the generation changed every time");
  }
}
