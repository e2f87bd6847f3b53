package dev.photocredits.aws.dynamodb;

import dev.photocredits.credits.AccountBusy;
import java.util.function.Function;

/**
 * What became of a write that depends on what is taken to be there.
 *
 * @param <S> what is taken to be there
 * @param <T> what the write is for
 */
sealed interface Attempt<S, T> {
  /** How often something else may be there than was found a moment ago. */
  int MOST = 20;

  /** It is settled, by this write or before it. */
  record Done<S, T>(T outcome) implements Attempt<S, T> {}

  /** Nothing was written, since something else is there. */
  record Refused<S, T>(S found) implements Attempt<S, T> {}

  /**
   * Writes by what is assumed, and then by what was found instead, until it is settled. Throws
   * {@link AccountBusy} if something else was there every time.
   */
  static <S, T> T until(S assumed, Function<S, Attempt<S, T>> write) {
    var seen = assumed;
    for (var attempt = 0; attempt < MOST; attempt++) {
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
