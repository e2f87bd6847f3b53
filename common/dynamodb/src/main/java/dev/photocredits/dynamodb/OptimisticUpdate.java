package dev.photocredits.dynamodb;

import dev.photocredits.credits.AccountBusy;
import java.util.function.Function;

/**
 * The result of one conditional write that assumes a stored state.
 *
 * @param <S> the stored state that the write assumes
 * @param <T> the outcome of the write
 */
public sealed interface OptimisticUpdate<S, T> {
  /** The maximum number of attempts. */
  int MAX_ATTEMPTS = 20;

  /** The update is settled, by this write or by an earlier one. */
  record Done<S, T>(T outcome) implements OptimisticUpdate<S, T> {}

  /** Nothing was written because the stored state differs from the assumed one. */
  record Refused<S, T>(S found) implements OptimisticUpdate<S, T> {}

  /**
   * Writes against the assumed state. When the write is refused, tries again with the state that it
   * found. Throws {@link AccountBusy} after {@link #MAX_ATTEMPTS} refused attempts.
   */
  static <S, T> T until(S assumed, Function<S, OptimisticUpdate<S, T>> write) {
    var seen = assumed;
    for (var attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      switch (write.apply(seen)) {
        case Done<S, T>(var outcome) -> {
          return outcome;
        }
        case Refused<S, T>(var found) -> seen = found;
      }
    }
    throw new AccountBusy();
  }
}
