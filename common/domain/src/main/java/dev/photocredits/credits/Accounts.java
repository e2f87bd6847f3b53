package dev.photocredits.credits;

import dev.photocredits.credits.Transaction.Promotion;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens a user's account when they are first seen: with the welcome credits, if there are any and
 * no address of their mailbox was given them before.
 */
public final class Accounts {
  private final Ledger ledger;
  private final Credits welcome;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public Accounts(Ledger ledger, Credits welcome, TimeOrderedIds ids, InstantSource clock) {
    this.ledger = ledger;
    this.welcome = welcome;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * The user of that address, created now if there was none. Throws for a pseudonym without an
   * account: nobody comes back under it, so the table has lost something that an operator must
   * restore.
   */
  public User open(Email email) {
    return ledger.find(email).orElseGet(() -> create(email));
  }

  private User create(Email email) {
    if (email.isPseudonym()) {
      throw new IllegalStateException("the account of a pseudonym is missing");
    }
    var now = clock.instant();
    @Nullable Promotion gift =
        welcome.isNone()
            ? null
            : new Promotion(ids.transaction(now), welcome, "Welcome credits", now, null, null);
    return ledger.create(email, gift, now);
  }
}
