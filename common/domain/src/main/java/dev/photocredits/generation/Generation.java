package dev.photocredits.generation;

import static java.util.Comparator.comparingInt;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.generation.Limits.Count;
import dev.photocredits.generation.Limits.Limit;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A photo's three variations: ordered, drawn and paid for.
 *
 * @param price the credits that were taken for it
 */
public record Generation(
    GenerationId id,
    Email email,
    Prompt prompt,
    TransformationMode mode,
    Credits price,
    Instant createdAt,
    State state) {

  /**
   * Where a generation stands; it leaves {@link Pending} once and for ever, and {@link Deleted}
   * never.
   */
  public sealed interface State {}

  /**
   * Somebody is at work, or will be.
   *
   * @param leaseExpiresAt when they are taken for dead, and the credits are given back
   * @param drawn what is there already, in the order in which it came
   * @param calls what was asked of the model
   */
  public record Pending(Instant leaseExpiresAt, List<Picture> drawn, Calls calls) implements State {
    public Pending {
      drawn = List.copyOf(drawn);
    }

    /** With nothing asked of the model yet. */
    public Pending(Instant leaseExpiresAt, List<Picture> drawn) {
      this(leaseExpiresAt, drawn, Calls.NONE);
    }
  }

  /**
   * A variation's picture.
   *
   * @param variation which one, from 0 on
   */
  public record Picture(int variation, StoredImage image) {}

  /**
   * At least one image was delivered.
   *
   * @param refunded what was given back for the missing ones
   */
  public record Succeeded(List<StoredImage> images, Credits refunded) implements State {
    public Succeeded {
      images = List.copyOf(images);
      if (images.isEmpty() || images.size() > VariationPrompt.COUNT) {
        throw new IllegalArgumentException("not a delivery: " + images.size() + " images");
      }
    }
  }

  /** Nothing was delivered, and the whole price was given back. */
  public record Failed(FailureReason reason) implements State {}

  /**
   * Its owner wanted it no more: it has no prompt, and no images to show.
   *
   * @param images what there was to be removed
   * @param refunded what was given back before, or for what was not drawn yet
   */
  public record Deleted(List<StoredImage> images, Credits refunded) implements State {
    public Deleted {
      images = List.copyOf(images);
    }
  }

  /** What has been given back of the price. */
  public Credits refunded() {
    return switch (state) {
      case Pending _ -> Credits.NONE;
      case Succeeded succeeded -> succeeded.refunded();
      case Failed _ -> price;
      case Deleted deleted -> deleted.refunded();
    };
  }

  /** The images that are there, in the order of their variations once all have come. */
  public List<StoredImage> images() {
    return switch (state) {
      case Pending pending -> pending.drawn().stream().map(Picture::image).toList();
      case Failed _, Deleted _ -> List.of();
      case Succeeded succeeded -> succeeded.images();
    };
  }

  /**
   * The same generation with these images delivered. The share of the missing ones is refunded,
   * rounded up: a failure of ours costs the user no credit.
   */
  Generation succeeded(List<StoredImage> images) {
    var missing = VariationPrompt.COUNT - images.size();
    return in(new Succeeded(images, price.shareRoundedUp(missing, VariationPrompt.COUNT)));
  }

  Generation failed(FailureReason reason) {
    return in(new Failed(reason));
  }

  /** The same generation as it ends with what is drawn: delivered, or failed if that is nothing. */
  Generation ended(Pending pending, FailureReason reason) {
    return pending.drawn().isEmpty()
        ? failed(reason)
        : succeeded(
            pending.drawn().stream()
                .sorted(comparingInt(Picture::variation))
                .map(Picture::image)
                .toList());
  }

  /** The same pending generation with one more picture. */
  public Generation with(Picture picture) {
    if (!(state instanceof Pending pending)) {
      throw new IllegalStateException("nothing is drawn for a generation that has ended");
    }
    var all = Stream.concat(pending.drawn().stream(), Stream.of(picture)).toList();
    return in(new Pending(pending.leaseExpiresAt(), all, pending.calls()));
  }

  /**
   * A pending generation that the model is asked for once more.
   *
   * @param generation as it is then
   * @param counts what that counts
   */
  public record Asking(Generation generation, List<Count> counts) {
    public Asking {
      counts = List.copyOf(counts);
    }
  }

  /**
   * The same pending generation, with the model about to be asked for so many pictures at that
   * time. What its start reserved is used first. On another day than that of the start nothing is
   * reserved: the calls count on the day on which they are made.
   */
  public Asking asking(Pending pending, UUID attempt, int pictures, Limits limits, Instant now) {
    var calls = pending.calls();
    var isSameDay = Limit.DAILY.window(now).equals(Limit.DAILY.window(createdAt));
    var used = isSameDay ? Math.min(calls.reserved(), pictures) : 0;
    var left = isSameDay ? calls.reserved() - used : 0;
    var attempts = new HashSet<>(calls.attempts());
    attempts.add(attempt);
    var after = new Calls(left, calls.asked() + pictures, attempts);
    return new Asking(
        in(new Pending(pending.leaseExpiresAt(), pending.drawn(), after)),
        Stream.concat(
                limits.asking(now, pictures - used).stream(),
                Limits.releasing(createdAt, isSameDay ? 0 : calls.reserved()).stream())
            .toList());
  }

  /** What it counts that the generation ends, if it is pending. */
  public List<Count> ending(Uncharged uncharged) {
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
   * What is left of it once its owner has deleted it. Deleting a pending one refunds the share of
   * the variations that are not there yet, rounded down: no picture becomes free by cancelling the
   * others.
   */
  Generation deleted() {
    var refund =
        state instanceof Pending pending
            ? price.shareRoundedDown(
                VariationPrompt.COUNT - pending.drawn().size(), VariationPrompt.COUNT)
            : refunded();
    return new Generation(
        id, email, Prompt.ERASED, mode, price, createdAt, new Deleted(images(), refund));
  }

  /** The entry that gives back what is not delivered, unless that is nothing. */
  @Nullable Refund refund(TimeOrderedIds ids, Instant now) {
    if (refunded().isNone()) {
      return null;
    }
    var why =
        state instanceof Deleted
            ? "Refund: cancelled"
            : "Refund: %d of %d variations missing"
                .formatted(VariationPrompt.COUNT - images().size(), VariationPrompt.COUNT);
    return new Refund(ids.transaction(now), id, refunded(), why, now, Lots.NONE);
  }

  /** The same generation as a pseudonym's: without what was asked for. */
  public Generation erased(Email pseudonym) {
    return new Generation(id, pseudonym, Prompt.ERASED, mode, price, createdAt, state);
  }

  private Generation in(State next) {
    return new Generation(id, email, prompt, mode, price, createdAt, next);
  }
}
