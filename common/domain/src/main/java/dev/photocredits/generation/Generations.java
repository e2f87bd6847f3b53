package dev.photocredits.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.idempotency.Claim;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The generations and the credits that they move. Each method is atomic, and an exception means
 * that the outcome is unknown, as in {@link dev.photocredits.credits.Ledger}.
 */
public interface Generations {

  /**
   * Takes the price, records the pending generation and claims its key, if it has one, as far as
   * the limits allow. A repeat of the same order takes once.
   */
  StartOutcome start(Generation pending, Usage usage, @Nullable KeyClaim key, Limits limits);

  /**
   * A generation's claim of its key, which may be made where there is none, where the one that is
   * there has expired, and where that one's generation was {@code failed}.
   *
   * @param failed the generation that the key stood for and that came to nothing
   */
  record KeyClaim(Claim claim, @Nullable GenerationId failed) {}

  /** The claim that was made last of the key of that one, live or not. Writes nothing. */
  Optional<Claim> holder(Claim wanted);

  /**
   * Adds a picture to a pending generation. Tells whether it is among its pictures now: not if the
   * generation has ended, or has a picture of that variation already.
   */
  boolean add(Generation generation, Picture picture);

  /**
   * Moves a generation from the state in which it was seen to the next, and gives back the refund,
   * once, whoever comes first.
   *
   * @param refund what is given back, unless that is nothing
   */
  FinishOutcome finish(Generation seen, Generation next, @Nullable Refund refund);

  Optional<Generation> find(Email email, GenerationId id);

  /** The user's generations, newest first; those older than {@code before}, if it is given. */
  Page<Generation> list(Email email, int limit, @Nullable GenerationId before);

  /**
   * Pending generations whose leases ran out by that time, the oldest lease first; those behind
   * {@code after}, if it is given. A generation that started or finished a moment ago may still be
   * missing or be told of.
   */
  Page<Lease> overdue(Instant now, int limit, @Nullable Lease after);
}
