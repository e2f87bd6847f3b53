package dev.photocredits.generation;

import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.User;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.StartOutcome.Refusal;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Page;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Stores the generations, and moves the credits that belong to them. Each method is atomic, and an
 * exception means that the outcome is unknown, as in {@link dev.photocredits.credits.Ledger}.
 */
public interface Generations {

  /**
   * Counts a generation request before anything is spent on it, unless it could not start now: if
   * the user has too few credits, or has reached a limit, in this order. Holds nothing; {@link
   * #start} decides.
   *
   * @param user the account as it was read for this request
   * @return why it could not start, in which case nothing was counted; empty if the request may
   *     continue
   */
  Optional<Refusal> countRequest(User user, Credits price, Limits limits, Instant now);

  /**
   * Holds the price, writes the pending generation, its {@link Generation#usage} and its
   * idempotency record if there is one, and counts it, within the limits. A repeat with the same
   * generation charges and counts once.
   */
  StartOutcome start(Generation pending, @Nullable IdempotencyWrite key, Limits limits);

  /**
   * The idempotency record to write with a generation. It is written if there is none for the key,
   * if the existing one has expired, or if the generation of the existing one is {@code
   * failedGeneration}.
   *
   * @param record the record
   * @param failedGeneration the generation of the existing record, which has failed; null if none
   *     is known
   */
  record IdempotencyWrite(IdempotencyRecord record, @Nullable GenerationId failedGeneration) {}

  /** Returns the last record of the key, expired or not. Writes nothing. */
  Optional<IdempotencyRecord> idempotencyRecord(Email owner, IdempotencyKey key);

  /**
   * Adds a picture to a pending generation.
   *
   * @return whether the generation has the picture now, also if it has been delivered with it;
   *     false if it ended without the picture or has another picture of that variation. A repeat
   *     returns the same.
   */
  boolean add(Generation generation, Picture picture);

  /**
   * Counts the calls of the model that are about to be made for a pending generation. Uses the
   * pictures that its start reserved first, and counts the others towards the daily limit. A repeat
   * of the same attempt counts once.
   *
   * @param attempt an id that is unique for each caller
   * @return the current generation; empty if the model must not be called, because the generation
   *     has ended or the daily limit is reached. Then nothing was counted.
   */
  Optional<Generation> countModelCalls(
      Generation pending, UUID attempt, int pictures, Limits limits, Instant now);

  /**
   * Replaces a generation by its next state, unless it has changed since it was read, and writes
   * the refund with it. Of concurrent callers one succeeds, so the refund is written once. The end
   * of a pending generation releases its reserved pictures.
   *
   * @param refund the refund; null if there is nothing to refund
   * @param uncharged the calls of the model that end without a charge; they are counted with the
   *     refund
   */
  FinishOutcome finish(
      Generation seen, Generation next, @Nullable Refund refund, UnchargedCalls uncharged);

  /** Finishes a generation without uncharged calls to count. */
  default FinishOutcome finish(Generation seen, Generation next, @Nullable Refund refund) {
    return finish(seen, next, refund, UnchargedCalls.NONE);
  }

  /**
   * Lets a request wait, unless the owner already has as many waiting requests as the limits allow.
   * A wait counts until it is stopped or expires. A repeat counts once.
   */
  boolean startWaiting(WaitSlot wait, Limits limits, Instant now);

  /** Stops a wait. Never throws because of the table: a wait that stays expires. */
  void stopWaiting(WaitSlot wait);

  Optional<Generation> find(Email email, GenerationId id);

  /**
   * Lists the user's generations, newest first; only those older than {@code before}, if it is
   * given.
   */
  Page<Generation> list(Email email, int limit, @Nullable GenerationId before);

  /**
   * Lists the pending generations whose leases have expired by then, the oldest lease first; only
   * those after the lease {@code after}, if it is given. A generation that has just started may be
   * missing, and one that has just finished may still be listed.
   */
  Page<Lease> overdue(Instant now, int limit, @Nullable Lease after);
}
