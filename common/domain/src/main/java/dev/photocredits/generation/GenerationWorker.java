package dev.photocredits.generation;

import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.GenerationOutcome.Work;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Generates the pictures of the generations that a {@link GenerationQueue} has queued. */
public final class GenerationWorker {
  /**
   * How many times the generation may change between a read and its end, before this fails: by a
   * late picture, or by a call of the model.
   */
  private static final int ATTEMPTS = 2 * PictureOptions.MOST_VARIATIONS + 1;

  private final Generations generations;
  private final PictureGenerator generator;
  private final QueuedPhotos photos;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public GenerationWorker(
      Generations generations,
      PictureGenerator generator,
      QueuedPhotos photos,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.generations = generations;
    this.generator = generator;
    this.photos = photos;
    this.ids = ids;
    this.clock = clock;
  }

  /** A generation that this call ended, and figures about it. */
  public record Worked(Generation ended, Work work) {}

  /**
   * Generates the pictures that the pending generation does not have yet, adds each one as it
   * arrives, and ends the generation with those that are there by the deadline.
   *
   * <p>Does nothing if the generation has ended, if its photo is gone, if the daily limit is
   * reached, or if the lease has expired, in which case the sweeper ends the generation. If this
   * throws, repeat the call with the same arguments: nothing is charged or refunded twice, and
   * pictures that were added are not generated again.
   *
   * @param deadline when the last picture must be stored; the end comes after it
   * @return how the generation ended, if this call ended it. If another process ended it with the
   *     same pictures, it is returned as well, because that looks like a write of this call whose
   *     reply was lost.
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
    var generated = pending.generated().stream().map(Picture::variation).toList();
    var pictures =
        generator.generate(
            found,
            photo.get(),
            number -> !generated.contains(number),
            (number, image) -> generations.add(found, new Picture(number, image)),
            deadline);
    if (pictures.isEmpty()) {
      return Optional.empty();
    }
    var work = end(owner, id, pictures.get());
    photos.remove(id);
    return work;
  }

  private Optional<Worked> end(
      Email owner, GenerationId id, PictureGenerator.GeneratedPictures pictures) {
    var seen = generations.find(owner, id).orElseThrow();
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!(seen.state() instanceof Pending pending)) {
        return Optional.empty();
      }
      var ended = seen.ended(pending, pictures.reason());
      var refund = ended.refund(ids, clock.instant());
      switch (generations.finish(seen, ended, refund, pictures.uncharged())) {
        case Finished _ -> {
          return Optional.of(
              new Worked(
                  ended,
                  new Work(
                      ended.price(), ended.refunded(), pictures.missing(), pictures.answers())));
        }
        case Overtaken(var current) -> seen = current;
      }
    }
    throw new IllegalStateException("the generation changed before each attempt to end it; retry");
  }
}
