package dev.photocredits.credits;

import dev.photocredits.values.Email;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import org.jspecify.annotations.Nullable;

/**
 * Records that a Checkout Session is granted. There is one record for each session, so that it is
 * granted once.
 *
 * @param transaction the id of the purchase transaction
 * @param payment the payment, or null if there was nothing to pay
 * @param purchaseOrder the purchase order that was paid, or null if the session has none
 */
public record GrantRecord(
    SessionId session,
    Email owner,
    TransactionId transaction,
    @Nullable PaymentIntentId payment,
    @Nullable PurchaseOrderId purchaseOrder) {

  /** Returns this record with the pseudonym as its owner. */
  public GrantRecord movedTo(Email pseudonym) {
    return new GrantRecord(session, pseudonym, transaction, payment, purchaseOrder);
  }
}
