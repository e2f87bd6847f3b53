package dev.photocredits.payments;

import dev.photocredits.credits.Ledger;
import dev.photocredits.values.Email;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import java.util.Optional;

/**
 * Stores purchase orders, separately for each owner. An unpaid one is deleted some time after it
 * has expired; {@link Ledger#grant} keeps a paid one forever. An exception means that the outcome
 * is unknown: repeat the call with the same arguments.
 */
public interface PurchaseOrders {

  /**
   * Writes the purchase order unless there is one with its id, and returns the stored one. Throws
   * if the owner has no account.
   */
  PurchaseOrder place(PurchaseOrder order);

  Optional<PurchaseOrder> find(Email owner, PurchaseOrderId id);

  /** Records that the session was opened for the purchase order. A repeat has no effect. */
  void opened(PurchaseOrder order, SessionId session);

  /** Whether the session is on record as opened for one of the owner's purchase orders. */
  boolean isFor(Email owner, SessionId session);
}
