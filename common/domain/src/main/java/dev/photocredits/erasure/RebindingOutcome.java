package dev.photocredits.erasure;

import dev.photocredits.credits.Identity;
import org.jspecify.annotations.Nullable;

/** The result of a rebinding. */
public sealed interface RebindingOutcome {

  /**
   * The account is bound as ordered, and a record says so.
   *
   * @param before the identity that it was bound to; null if it was not bound
   */
  record Rebound(@Nullable Identity before) implements RebindingOutcome {}

  /** The account was bound as ordered before; nothing was written. */
  record Unchanged() implements RebindingOutcome {}

  /** The address has no account; nothing was written. */
  record NoSuchAccount() implements RebindingOutcome {}
}
