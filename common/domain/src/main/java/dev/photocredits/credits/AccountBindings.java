package dev.photocredits.credits;

import dev.photocredits.values.Email;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Admits callers to the accounts of their addresses. An account is bound to the identity that uses
 * it first, and from then on admits no other. So the next holder of a recycled address, or of an
 * address that another sign-in method also reports as verified, gets no access to the account.
 *
 * <p>No identity stands for open access, as in a local run, which binds nothing and is always
 * admitted.
 */
public final class AccountBindings {
  private final Ledger ledger;
  private final InstantSource clock;

  public AccountBindings(Ledger ledger, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  /**
   * Whether the caller may use the account of an address. Binds an account that is not bound. An
   * address without an account admits every caller: it has nothing that could be read or spent.
   */
  public boolean admit(Email email, @Nullable Identity caller) {
    return caller == null || ledger.find(email).map(user -> admit(user, caller)).orElse(true);
  }

  /** Whether the caller may use this account, which has just been read. Binds it if necessary. */
  public boolean admit(User account, @Nullable Identity caller) {
    return caller == null
        || account
            .identity()
            .orElseGet(() -> ledger.bind(account.email(), caller, clock.instant()))
            .equals(caller);
  }
}
