package dev.photocredits.generation;

import static java.util.Comparator.comparingInt;

import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.Limits.Count;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.StoredImage;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One paid request for variations of a photo, and its result.
 *
 * @param options with a ratio other than {@link AspectRatio#AUTO}
 * @param price the credits held for it
 */
public record Generation(
    GenerationId id,
    Email email,
    Prompt prompt,
    TransformationMode mode,
    PictureOptions options,
    Credits price,
    Instant createdAt,
    State state) {

  public Generation {
    if (options.aspectRatio() == AspectRatio.AUTO) {
      throw new IllegalArgumentException("the photo decides the ratio before a generation starts");
    }
    if (state instanceof Succeeded done && done.images().size() > options.variations()) {
      throw new IllegalArgumentException(
          "%d images of %d".formatted(done.images().size(), options.variations()));
    }
  }

  /**
   * The state of a generation. It leaves {@link Pending} once, and never leaves {@link Deleted}.
   */
  public sealed interface State {}

  /**
   * The price is held, and the pictures are being generated or waiting to be.
   *
   * @param leaseExpiresAt when the worker is assumed to be dead and the price is released
   * @param generated the pictures so far, in the order in which they arrived
   * @param calls the calls of the model
   */
  public record Pending(Instant leaseExpiresAt, List<Picture> generated, ModelCalls calls)
      implements State {
    public Pending {
      generated = List.copyOf(generated);
    }

    /** Creates a pending state without calls of the model. */
    public Pending(Instant leaseExpiresAt, List<Picture> generated) {
      this(leaseExpiresAt, generated, ModelCalls.NONE);
    }
  }

  /**
   * The picture of a variation.
   *
   * @param variation the index of the variation, from 0
   */
  public record Picture(int variation, StoredImage image) {}

  /**
   * At least one picture was delivered.
   *
   * @param refunded the credits refunded for the missing pictures
   */
  public record Succeeded(List<StoredImage> images, Credits refunded) implements State {
    public Succeeded {
      images = List.copyOf(images);
      if (images.isEmpty()) {
        throw new IllegalArgumentException("a delivery has at least one image");
      }
    }
  }

  /** No picture was delivered, and the whole price was refunded. */
  public record Failed(FailureReason reason) implements State {}

  /**
   * The owner deleted it: the prompt is gone, and no images are shown.
   *
   * @param images the images to remove from the store
   * @param refunded the credits refunded before, or by the cancellation
   */
  public record Deleted(List<StoredImage> images, Credits refunded) implements State {
    public Deleted {
      images = List.copyOf(images);
    }
  }

  /** The credits refunded so far. */
  public Credits refunded() {
    return switch (state) {
      case Pending _ -> Credits.NONE;
      case Succeeded succeeded -> succeeded.refunded();
      case Failed _ -> price;
      case Deleted deleted -> deleted.refunded();
    };
  }

  /** The images so far; in the order of their variations once the generation has ended. */
  public List<StoredImage> images() {
    return switch (state) {
      case Pending pending -> pending.generated().stream().map(Picture::image).toList();
      case Failed _, Deleted _ -> List.of();
      case Succeeded succeeded -> succeeded.images();
    };
  }

  /**
   * Ends the generation with these images delivered. The share of the missing ones is refunded,
   * rounded up: a failure of ours must not cost the user a credit.
   */
  Generation succeeded(List<StoredImage> images) {
    var missing = options.variations() - images.size();
    return in(new Succeeded(images, price.shareRoundedUp(missing, options.variations())));
  }

  Generation failed(FailureReason reason) {
    return in(new Failed(reason));
  }

  /** Ends the generation with the pictures so far: as delivered, or as failed if there are none. */
  Generation ended(Pending pending, FailureReason reason) {
    return pending.generated().isEmpty()
        ? failed(reason)
        : succeeded(
            pending.generated().stream()
                .sorted(comparingInt(Picture::variation))
                .map(Picture::image)
                .toList());
  }

  /** Adds a picture to the pending generation. */
  public Generation with(Picture picture) {
    if (!(state instanceof Pending pending)) {
      throw new IllegalStateException("a generation that has ended gets no more pictures");
    }
    var all = Stream.concat(pending.generated().stream(), Stream.of(picture)).toList();
    return in(new Pending(pending.leaseExpiresAt(), all, pending.calls()));
  }

  /**
   * A pending generation for which the model is about to be called.
   *
   * @param generation its next state
   * @param counts the counters to change
   */
  public record Asking(Generation generation, List<Count> counts) {
    public Asking {
      counts = List.copyOf(counts);
    }
  }

  /**
   * Records that the model is about to be called for this many pictures at that time. Pictures that
   * the start reserved are used first. A reservation is only valid on the day of the start; on a
   * later day it is released, and the calls count for the day on which they are made.
   *
   * @param attempt the id of the attempt
   */
  public Asking asking(Pending pending, UUID attempt, int pictures, Limits limits, Instant now) {
    var calls = pending.calls();
    var isSameDay = Limit.DAILY.window(now).equals(Limit.DAILY.window(createdAt));
    var used = isSameDay ? Math.min(calls.reserved(), pictures) : 0;
    var left = isSameDay ? calls.reserved() - used : 0;
    var attempts = new HashSet<>(calls.attempts());
    attempts.add(attempt);
    var after = new ModelCalls(left, calls.asked() + pictures, attempts);
    return new Asking(
        in(new Pending(pending.leaseExpiresAt(), pending.generated(), after)),
        Stream.concat(
                limits.asking(now, pictures - used).stream(),
                Limits.releasing(createdAt, isSameDay ? 0 : calls.reserved()).stream())
            .toList());
  }

  /** The counters that change when the generation ends; none if it is not pending. */
  public List<Count> ending(UnchargedCalls uncharged) {
    if (!(state instanceof Pending pending)) {
      return List.of();
    }
    var reserved = pending.calls().reserved();
    var isSameDay = Limit.DAILY.window(uncharged.at()).equals(Limit.DAILY.window(createdAt));
    return Stream.of(
            Limits.uncharged(uncharged.at(), uncharged.byUser()),
            Limits.releasing(createdAt, reserved + (isSameDay ? uncharged.notMade() : 0)),
            Limits.releasing(uncharged.at(), isSameDay ? 0 : uncharged.notMade()))
        .flatMap(List::stream)
        .toList();
  }

  /**
   * Deletes the generation. If it is pending, the share of the variations that are not there yet is
   * refunded, rounded down: cancelling the others must not make a picture free.
   */
  Generation deleted() {
    var refund =
        state instanceof Pending pending
            ? price.shareRoundedDown(
                options.variations() - pending.generated().size(), options.variations())
            : refunded();
    return new Generation(
        id, email, Prompt.ERASED, mode, options, price, createdAt, new Deleted(images(), refund));
  }

  /**
   * The transaction that holds the price, under an id of its own for each generation: repeats of a
   * start write the same one.
   */
  public Usage usage() {
    return new Usage(
        new TransactionId(id.value()),
        id,
        price,
        "Image generation (%d %s)"
            .formatted(
                options.variations(), options.variations() == 1 ? "variation" : "variations"),
        createdAt,
        Lots.NONE);
  }

  /** Creates the refund of what was not delivered; null if there is nothing to refund. */
  @Nullable Refund refund(TimeOrderedIds ids, Instant now) {
    if (refunded().isNone()) {
      return null;
    }
    var description =
        state instanceof Deleted
            ? "Refund: cancelled"
            : "Refund: %d of %d variations missing"
                .formatted(options.variations() - images().size(), options.variations());
    return new Refund(ids.transaction(now), id, refunded(), description, now, Lots.NONE);
  }

  /** Returns this generation with the pseudonym as its owner, and without the prompt. */
  public Generation erased(Email pseudonym) {
    return new Generation(id, pseudonym, Prompt.ERASED, mode, options, price, createdAt, state);
  }

  private Generation in(State next) {
    return new Generation(id, email, prompt, mode, options, price, createdAt, next);
  }
}
