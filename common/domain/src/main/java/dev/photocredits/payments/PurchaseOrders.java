package dev.photocredits.payments;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PurchaseOrderId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.generation.Limits;
import java.time.Instant;
import java.util.Optional;

/**
 * The purchase orders, each owner's by themselves. An unpaid one is forgotten some time after it
 * expired; {@link Ledger#grant} keeps a paid one for good. An exception means that the outcome is
 * unknown: calling again with the same arguments settles it.
 */
public interface PurchaseOrders {

  /**
   * Writes the purchase order unless there is one of that id, and returns the one that is kept.
   * Fails for an order without an account.
   */
  PurchaseOrder place(PurchaseOrder order);

  Optional<PurchaseOrder> find(Email owner, PurchaseOrderId id);

  /** Remembers that the session was opened for the purchase order; a repeat has no effect. */
  void opened(PurchaseOrder order, SessionId session);

  /** Whether that session is remembered to be of one of the owner's purchase orders. */
  boolean isFor(Email owner, SessionId session);

  /**
   * Counts a lookup of a session towards {@link Limits.Limit#LOOKUPS}, in the minute of that time.
   * Returns false, and has written nothing, if there is no room. Each call counts once, and one
   * that throws at most once. The caller needs no account; for one who is being erased it throws
   * and writes nothing.
   */
  boolean countLookup(Email caller, Limits limits, Instant now);
}
