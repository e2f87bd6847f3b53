package dev.photocredits.reconciliation;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stores how far the reconciliation has compared the provider's history with the ledger. */
public interface Checkpoints {

  /**
   * A position in the history, which is compared interval by interval, newest events first within
   * each.
   *
   * @param since everything before this time has been compared
   * @param until the end of the interval in progress; null if none is
   * @param after the last event of the interval that has been compared; null before the first
   */
  record Checkpoint(Instant since, @Nullable Instant until, @Nullable String after) {}

  Optional<Checkpoint> find();

  void save(Checkpoint checkpoint);
}
