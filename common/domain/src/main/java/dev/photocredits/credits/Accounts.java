package dev.photocredits.credits;

import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens an account for each new user. The account starts with the welcome credits, if any are
 * configured and no address of the same mailbox has received them before.
 */
public final class Accounts {
  private final Ledger ledger;
  private final Credits welcome;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final AccountBindings bindings;

  public Accounts(Ledger ledger, Credits welcome, TimeOrderedIds ids, InstantSource clock) {
    this.ledger = ledger;
    this.welcome = welcome;
    this.ids = ids;
    this.clock = clock;
    bindings = new AccountBindings(ledger, clock);
  }

  /**
   * Returns the user with this address, and creates the account if there is none. Throws {@link
   * IllegalStateException} for a pseudonym without an account: no user comes back under a
   * pseudonym, so the table has lost data that an operator must restore.
   */
  public User open(Email email) {
    return ledger.find(email).orElseGet(() -> create(email));
  }

  /**
   * Opens the account for a caller, and binds it to them if it is not bound; see {@link
   * AccountBindings}.
   *
   * @return the account; nothing if it is bound to another identity
   */
  public Optional<User> open(Email email, @Nullable Identity caller) {
    return Optional.of(open(email)).filter(account -> bindings.admit(account, caller));
  }

  private User create(Email email) {
    if (email.isPseudonym()) {
      throw new IllegalStateException("the account of a pseudonym is missing");
    }
    var now = clock.instant();
    @Nullable Promotion promotion =
        welcome.isNone()
            ? null
            : new Promotion(ids.transaction(now), welcome, "Welcome credits", now, null, null);
    return ledger.create(email, promotion, now);
  }
}
