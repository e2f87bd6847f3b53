package dev.photocredits.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The generations and the credits that they move. Each method is atomic, and an exception means
 * that the outcome is unknown, as in {@link dev.photocredits.credits.Ledger}.
 */
public interface Generations {

  /** Takes the price and records the pending generation. A repeat of the same order takes once. */
  StartOutcome start(Generation pending, Usage usage);

  /**
   * Moves a pending generation to its final state and gives back the refund, once, whoever comes
   * first.
   *
   * @param refund what is given back, unless that is nothing
   */
  FinishOutcome finish(Generation finished, @Nullable Refund refund);

  Optional<Generation> find(Email email, GenerationId id);

  /** The user's generations, newest first; those older than {@code before}, if it is given. */
  Page<Generation> list(Email email, int limit, @Nullable GenerationId before);
}
