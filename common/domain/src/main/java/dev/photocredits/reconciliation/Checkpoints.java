package dev.photocredits.reconciliation;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stores how far the reconciliation has compared the provider's history with the ledger. */
public interface Checkpoints {

  /**
   * A position in the history, which is compared one stretch of time at a time, newest events
   * first.
   *
   * @param since everything before this time has been compared
   * @param until the end of the stretch in progress; null if none is
   * @param after the last event of the stretch that has been compared; null before the first
   */
  record Checkpoint(Instant since, @Nullable Instant until, @Nullable String after) {}

  Optional<Checkpoint> find();

  void save(Checkpoint checkpoint);
}
