package dev.photocredits.payments;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How far the provider's history has been compared with the ledger. */
public interface Checkpoints {

  /**
   * A place in the history.
   *
   * @param since everything before that has been compared
   * @param until the end of the stretch that is being compared, if one is
   * @param after the last event of that stretch that has been compared, newest first
   */
  record Checkpoint(Instant since, @Nullable Instant until, @Nullable String after) {}

  Optional<Checkpoint> find();

  void save(Checkpoint checkpoint);
}
