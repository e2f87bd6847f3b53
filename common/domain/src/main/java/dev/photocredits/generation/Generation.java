package dev.photocredits.generation;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Refund;
import java.time.Instant;
import java.util.List;
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

  /** Where a generation stands; it leaves {@link Pending} once and for ever. */
  public sealed interface State {}

  /**
   * Somebody is at work.
   *
   * @param leaseExpiresAt when they are taken for dead, and the credits are given back
   */
  public record Pending(Instant leaseExpiresAt) implements State {}

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

  /** What has been given back of the price. */
  public Credits refunded() {
    return switch (state) {
      case Pending _ -> Credits.NONE;
      case Succeeded succeeded -> succeeded.refunded();
      case Failed _ -> price;
    };
  }

  /** The images that were delivered. */
  public List<StoredImage> images() {
    return switch (state) {
      case Pending _, Failed _ -> List.of();
      case Succeeded succeeded -> succeeded.images();
    };
  }

  /** The same generation with these images delivered, each missing one to be given back. */
  Generation succeeded(List<StoredImage> images) {
    var missing = VariationPrompt.COUNT - images.size();
    return in(new Succeeded(images, price.share(missing, VariationPrompt.COUNT)));
  }

  Generation failed(FailureReason reason) {
    return in(new Failed(reason));
  }

  /** The entry that gives back what is not delivered, unless that is nothing. */
  @Nullable Refund refund(TimeOrderedIds ids, Instant now) {
    if (refunded().isNone()) {
      return null;
    }
    return new Refund(
        ids.transaction(now),
        id,
        refunded(),
        "Refund: %d of %d variations missing"
            .formatted(VariationPrompt.COUNT - images().size(), VariationPrompt.COUNT),
        now);
  }

  /** The same generation as a pseudonym's: without what was asked for. */
  public Generation erased(Email pseudonym) {
    return new Generation(id, pseudonym, Prompt.ERASED, mode, price, createdAt, state);
  }

  private Generation in(State next) {
    return new Generation(id, email, prompt, mode, price, createdAt, next);
  }
}
