package dev.photocredits.payments;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantOutcome.NoSuchUser;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Purchase;
import java.time.InstantSource;

/** Gives a customer the credits that they paid for, once for each Checkout Session. */
public final class Fulfilment {
  private final Accounts accounts;
  private final Ledger ledger;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public Fulfilment(Accounts accounts, Ledger ledger, TimeOrderedIds ids, InstantSource clock) {
    this.accounts = accounts;
    this.ledger = ledger;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Grants the package's credits. A repeat writes nothing, whatever brought it. A payer whom we do
   * not know becomes a user first: money that arrived is never refused.
   */
  public GrantOutcome fulfil(PaidSession session) {
    var now = clock.instant();
    var purchase =
        new Purchase(
            ids.transaction(now),
            session.id(),
            session.pack().credits(),
            session.paid(),
            "Purchase: " + session.pack().title(),
            now);
    return switch (ledger.grant(session.email(), purchase)) {
      case Granted granted -> granted;
      case AlreadyGranted already -> already;
      case NoSuchUser _ -> {
        var _ = accounts.open(session.email());
        yield ledger.grant(session.email(), purchase);
      }
    };
  }
}
