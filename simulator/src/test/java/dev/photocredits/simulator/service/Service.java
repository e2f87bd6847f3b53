package dev.photocredits.simulator.service;

import dev.photocredits.generation.GenerationRequest;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.simulator.Schedule;
import dev.photocredits.simulator.World;
import dev.photocredits.simulator.execution.Invocation;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The service under test, as its callers see it. Each call runs in one process. */
public interface Service {

  /** The reply to a generation request. */
  sealed interface Reply {

    /**
     * 200 with pictures.
     *
     * @param remaining the credits that the caller can spend now, if the reply reports them
     */
    record Pictures(
        @Nullable GenerationId generation, List<String> keys, Optional<Integer> remaining)
        implements Reply {}

    /** An error that says that nothing was charged for this generation. */
    record NothingCharged(GenerationId generation) implements Reply {}

    /** 202: the generation is charged and queued. */
    record Accepted(GenerationId generation) implements Reply {}

    /** An error that asks the caller to try again later: the generation is in progress. */
    record InProgress() implements Reply {}

    /** 402: insufficient credits. Nothing was changed. */
    record InsufficientCredits(int required, int available) implements Reply {}

    /** Any other error. Nothing was changed. */
    record Refused() implements Reply {}
  }

  Reply generate(Invocation process, GenerationRequest request, @Nullable IdempotencyKey key);

  /** Makes an asynchronous generation request. */
  Reply queue(Invocation process, GenerationRequest request, @Nullable IdempotencyKey key);

  /** Gets the state of a generation. */
  Reply getGeneration(Invocation process, Email email, GenerationId generation);

  /** Handles a message of the queue. */
  void work(Invocation process, World.Message message);

  void delete(Invocation process, Email email, GenerationId generation);

  /** Opens a checkout session and returns its id. */
  String checkout(
      Invocation process, Email email, CreditPackage pack, @Nullable IdempotencyKey key);

  /** Gets the status of a checkout session, as the page does when a customer has paid. */
  void status(Invocation process, String session);

  /** Handles a webhook request from Stripe; throws unless the event is accepted. */
  void webhook(Invocation process, byte[] body, String signature);

  /** Gets the credits that the user can spend. */
  int balance(Invocation process, Email email);

  /**
   * Grants a promotion and returns whether it is granted. A repeat grants it again only if {@code
   * again} is set.
   */
  boolean promote(Invocation process, Schedule.PromotionRequest promotion, boolean again);

  /** Adjusts a balance; returns false if there were too few credits to deduct. */
  boolean adjust(Invocation process, Schedule.AdjustmentRequest adjustment);

  /** Erases a user, whose pseudonym follows from the seed; returns whether it is complete. */
  boolean erase(Invocation process, Email email, long seed);

  /** Resumes all unfinished erasures. */
  void resumeErasures(Invocation process);

  void sweep(Invocation process);

  /** Reconciles with Stripe; returns whether there is more to reconcile. */
  boolean reconcile(Invocation process);

  /** Reconciles all sessions, refunds and disputes created since, as an operator does. */
  void reconcileSince(Invocation process, Instant since);

  void audit(Invocation process);

  /** The state of all accounts, for the oracle. */
  Evidence evidence();

  /** The generations that are pending now. */
  List<Evidence.GenerationEvidence> pending();
}
