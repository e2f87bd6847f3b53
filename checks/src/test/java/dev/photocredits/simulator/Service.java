package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.GenerationOrder;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.payments.CreditPackage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A service under test, as its callers see it: each call is one process. */
interface Service {

  /** What a caller who wants pictures is answered; nothing at all is no answer. */
  sealed interface Reply {

    /**
     * 200 with pictures.
     *
     * @param remaining what it says that the caller can spend now, if it says so
     */
    record Pictures(
        @Nullable GenerationId generation, List<String> keys, Optional<Integer> remaining)
        implements Reply {}

    /** An error that says that nothing was charged, about that generation. */
    record NothingCharged(GenerationId generation) implements Reply {}

    /** 202: it is charged, and will be generated. */
    record Accepted(GenerationId generation) implements Reply {}

    /** An error that says to come back. */
    record ComeBack() implements Reply {}

    /** 402; nothing has happened. */
    record NotEnough(int required, int available) implements Reply {}

    /** Any other error; nothing has happened. */
    record Refused() implements Reply {}
  }

  Reply generate(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key);

  /** The same without waiting for the pictures. */
  Reply queue(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key);

  /** What became of a generation. */
  Reply look(Invocation process, Email email, GenerationId generation);

  /** Handles a message of the queue. */
  void work(Invocation process, World.Message message);

  void delete(Invocation process, Email email, GenerationId generation);

  /** The id of the session that is opened. */
  String checkout(
      Invocation process, Email email, CreditPackage pack, @Nullable IdempotencyKey key);

  /** A customer comes back from the page where they paid. */
  void status(Invocation process, String session);

  /** Handles a request of Stripe's; returns if the event is accepted. */
  void webhook(Invocation process, byte[] body, String signature);

  /** What the user can spend, as the API says. */
  int balance(Invocation process, Email email);

  /** Gives credits that expire, once unless it is to be done again; tells whether it is done. */
  boolean give(Invocation process, Schedule.Gift gift, boolean again);

  /** Corrects a balance; tells whether there was enough to take. */
  boolean adjust(Invocation process, Schedule.Correction correction);

  /** Erases a customer under that seed of a pseudonym; tells whether it is done. */
  boolean erase(Invocation process, Email email, long seed);

  /** Goes on with the erasures that have not ended. */
  void goOnErasing(Invocation process);

  void sweep(Invocation process);

  /** Compares with the provider; tells whether there is more to compare. */
  boolean reconcile(Invocation process);

  /** An operator has all sessions, refunds and disputes compared that were created since then. */
  void reconcileSince(Invocation process, Instant since);

  void audit(Invocation process);

  /** What there is to show of it at present. */
  Evidence evidence();

  /** The generations that are pending at present. */
  List<Evidence.Generated> pending();
}
