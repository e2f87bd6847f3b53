package dev.photocredits.generation;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Pending;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Removes a generation that its owner wants no more; one that is pending is cancelled by it. */
public final class Deletion {
  /** How often a generation may move between being looked at and being deleted. */
  private static final int ATTEMPTS = 2 * VariationPrompt.COUNT + 2;

  private final Generations generations;
  private final ImageStore images;
  private final Photos photos;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public Deletion(
      Generations generations,
      ImageStore images,
      Photos photos,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.generations = generations;
    this.images = images;
    this.photos = photos;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Deletes the generation: its prompt is forgotten, its images are removed, and what was not drawn
   * of a pending one is given back, once. When this throws, some images may be left; calling again
   * goes on from there, and gives nothing back twice.
   *
   * @return what was given back by this call; empty if there is no such generation
   */
  public Optional<Credits> delete(Email owner, GenerationId id) {
    @Nullable Generation seen = generations.find(owner, id).orElse(null);
    if (seen == null) {
      return Optional.empty();
    }
    var refunded = Credits.NONE;
    for (var attempt = 0; attempt < ATTEMPTS && !(seen.state() instanceof Deleted); attempt++) {
      var deleted = seen.deleted();
      var now = clock.instant();
      @Nullable Refund refund = seen.state() instanceof Pending ? deleted.refund(ids, now) : null;
      switch (generations.finish(seen, deleted, refund, uncharged(seen, refund, now))) {
        case Finished _ -> {
          refunded = refund == null ? Credits.NONE : refund.credits();
          seen = deleted;
        }
        case Overtaken(var moved) -> seen = moved;
      }
    }
    if (!(seen.state() instanceof Deleted gone)) {
      throw new IllegalStateException("the generation moved every time");
    }
    photos.remove(id);
    if (!images.remove(gone.images())) {
      throw new IllegalStateException("images of a deleted generation are left");
    }
    return Optional.of(refunded);
  }

  // Pictures that the model was asked for, did not bring in time, and that are refunded.
  private static Uncharged uncharged(Generation seen, @Nullable Refund refund, Instant now) {
    return refund != null && seen.state() instanceof Pending(_, var drawn, var calls)
        ? new Uncharged(Math.max(0, calls.asked() - drawn.size()), 0, now)
        : Uncharged.NONE;
  }
}
