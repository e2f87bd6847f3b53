package dev.photocredits.credits;

import org.jspecify.annotations.Nullable;

/**
 * The mark that a Checkout Session was granted, which grants it once.
 *
 * @param entry the purchase that it became
 * @param payment the payment, unless nothing was to pay
 * @param order the purchase order that was paid, if one was kept for the session
 */
public record SessionMark(
    SessionId session,
    Email owner,
    TransactionId entry,
    @Nullable PaymentIntentId payment,
    @Nullable PurchaseOrderId order) {

  /** The same mark, of the same purchase in other hands. */
  public SessionMark movedTo(Email pseudonym) {
    return new SessionMark(session, pseudonym, entry, payment, order);
  }
}
