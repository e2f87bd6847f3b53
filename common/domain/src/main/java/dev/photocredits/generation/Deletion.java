package dev.photocredits.generation;

import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.images.ImageStore;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Deletes a generation for its owner. Deleting a pending generation cancels it. */
public final class Deletion {
  /**
   * How many times the generation may change between a read and the deletion, before this fails.
   */
  private static final int ATTEMPTS = 2 * PictureOptions.MOST_VARIATIONS + 2;

  private final Generations generations;
  private final ImageStore images;
  private final QueuedPhotos photos;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public Deletion(
      Generations generations,
      ImageStore images,
      QueuedPhotos photos,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.generations = generations;
    this.images = images;
    this.photos = photos;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Deletes the generation: its prompt and its images are removed. If it is pending, the variations
   * that have not been generated are refunded. If this throws, some images may be left; a repeat
   * continues, and refunds nothing twice.
   *
   * @return the credits that this call refunded; empty if there is no such generation
   */
  public Optional<Credits> delete(Email owner, GenerationId id) {
    @Nullable Generation seen = generations.find(owner, id).orElse(null);
    if (seen == null) {
      return Optional.empty();
    }
    var refunded = Credits.NONE;
    for (var attempt = 0; attempt < ATTEMPTS && !(seen.state() instanceof Deleted); attempt++) {
      var next = seen.deleted();
      var now = clock.instant();
      @Nullable Refund refund = seen.state() instanceof Pending ? next.refund(ids, now) : null;
      switch (generations.finish(seen, next, refund, uncharged(seen, refund, now))) {
        case Finished _ -> {
          refunded = refund == null ? Credits.NONE : refund.credits();
          seen = next;
        }
        case Overtaken(var current) -> seen = current;
      }
    }
    if (!(seen.state() instanceof Deleted deleted)) {
      throw new IllegalStateException(
          "the generation changed before each attempt to delete it; retry");
    }
    photos.remove(id);
    if (!images.remove(deleted.images())) {
      throw new IllegalStateException("some images of the deleted generation are left; retry");
    }
    return Optional.of(refunded);
  }

  // Pictures that the model was asked for and that did not arrive in time; they are refunded.
  private static UnchargedCalls uncharged(Generation seen, @Nullable Refund refund, Instant now) {
    return refund != null && seen.state() instanceof Pending(_, var generated, var calls)
        ? new UnchargedCalls(Math.max(0, calls.asked() - generated.size()), 0, now)
        : UnchargedCalls.NONE;
  }
}
