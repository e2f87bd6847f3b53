package dev.photocredits.payments;

import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.MoneyMoved;

/** Something that the provider tells of a payment. */
public sealed interface PaymentNews {

  /** A Checkout Session is paid, or needs no payment. */
  record Paid(PaidSession session) implements PaymentNews {}

  /** Money of a payment went back, or came back. */
  record Moved(MoneyMoved money) implements PaymentNews {}

  /** A dispute has changed, and the event does not tell how it stands. */
  record DisputeChanged(DisputeId dispute) implements PaymentNews {}

  /** Something that moves no credit. */
  record Nothing() implements PaymentNews {}

  /**
   * Something about money that we cannot read: somebody has to look at it.
   *
   * @param problem what is wrong with it, without what it says
   */
  record Unusable(String problem) implements PaymentNews {}
}
