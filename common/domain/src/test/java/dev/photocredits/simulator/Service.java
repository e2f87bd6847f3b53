package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.generation.GenerationOrder;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.payments.CreditPackage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service under test, as its callers see it: each call is one process. */
interface Service {

  /** What a caller who wants pictures is answered; nothing at all is no answer. */
  sealed interface Reply {

    /** 200 with pictures. */
    record Pictures(@Nullable GenerationId generation, List<String> keys) implements Reply {}

    /** An error that says that nothing was charged, about that generation. */
    record NothingCharged(GenerationId generation) implements Reply {}

    /** 202: it is sold, and drawn by and by. */
    record Accepted(GenerationId generation) implements Reply {}

    /** An error that says to come back. */
    record ComeBack() implements Reply {}

    /** Any other error; nothing has happened. */
    record Refused() implements Reply {}
  }

  Reply generate(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key);

  /** The same without waiting for the pictures. */
  Reply queue(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key);

  /** What the caller hears who asks what became of a generation. */
  Reply look(Invocation process, Email email, GenerationId generation);

  /** Takes a message of the queue in. */
  void work(Invocation process, World.Message message);

  void delete(Invocation process, Email email, GenerationId generation);

  /** The session that is opened. */
  SessionId checkout(
      Invocation process, Email email, CreditPackage pack, @Nullable IdempotencyKey key);

  /** Somebody comes back from the page where they paid. */
  void status(Invocation process, SessionId session);

  /** Takes an event; returns if it is accepted. */
  void webhook(Invocation process, SimulatedStripe.Event event);

  /** Gives credits away, once for the gift. */
  void give(Invocation process, Story.Gift gift);

  void sweep(Invocation process);

  /** Compares with the provider; tells whether there is more to compare. */
  boolean reconcile(Invocation process);
}
