package dev.photocredits.generation;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.StartOutcome.Refusal;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.IdempotencyKey;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The generations and the credits that they move. Each method is atomic, and an exception means
 * that the outcome is unknown, as in {@link dev.photocredits.credits.Ledger}.
 */
public interface Generations {

  /**
   * Counts a request for a generation before anything is spent on it, and tells why that could not
   * start now: first for want of a user, then of credits, then of room under a limit. Holds
   * nothing; {@link #start} decides.
   *
   * @return nothing if the request may go on; nothing was counted otherwise
   */
  Optional<Refusal> attempt(Email owner, Credits price, Limits limits, Instant now);

  /**
   * Takes the price, records the pending generation, counts it and claims its key, if it has one,
   * as far as the limits allow. A repeat of the same order takes and counts once.
   */
  StartOutcome start(Generation pending, Usage usage, @Nullable KeyClaim key, Limits limits);

  /**
   * A generation's claim of its key, which may be made where there is none, where the one that is
   * there has expired, and where that one's generation was {@code failed}.
   *
   * @param failed the generation that the key stood for and that came to nothing
   */
  record KeyClaim(Claim claim, @Nullable GenerationId failed) {}

  /** The claim that was made last of the user's key, live or not. Writes nothing. */
  Optional<Claim> holder(Email owner, IdempotencyKey key);

  /**
   * Adds a picture to a pending generation. Tells whether it is among its pictures now: not if the
   * generation ended without it, or has another picture of that variation. A repeat tells the same,
   * and that it is there even if the generation has been delivered with it meanwhile.
   */
  boolean add(Generation generation, Picture picture);

  /**
   * Counts that the model is about to be asked for pictures of a pending generation: first of those
   * that its start has reserved, then of the day's. A repeat of the same attempt counts once.
   *
   * @param attempt an id of its own for each caller
   * @return the generation as it is now; nothing if the model must not be asked, because the
   *     generation has ended or the day has no room. Nothing was counted then.
   */
  Optional<Generation> ask(
      Generation pending, UUID attempt, int pictures, Limits limits, Instant now);

  /**
   * Moves a generation from the state in which it was seen to the next, and gives back the refund,
   * once, whoever comes first. The end of a pending one releases what is reserved for it.
   *
   * @param refund what is given back, unless that is nothing
   * @param uncharged calls of the model that this ends without a charge; counted with the refund
   */
  FinishOutcome finish(
      Generation seen, Generation next, @Nullable Refund refund, Uncharged uncharged);

  /** The same for one whose calls are charged, or fail without the user's doing. */
  default FinishOutcome finish(Generation seen, Generation next, @Nullable Refund refund) {
    return finish(seen, next, refund, Uncharged.NONE);
  }

  /**
   * Lets a request wait, unless as many of its owner's do as the limits allow. A wait counts until
   * it is left or its time is over. A repeat counts once.
   */
  boolean admit(Wait wait, Limits limits, Instant now);

  /** Ends a wait. Never throws for what the table did: a wait that stays ends by itself. */
  void leave(Wait wait);

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
