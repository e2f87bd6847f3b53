package dev.photocredits.payments;

import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.values.DisputeId;

/** What an event of the payment provider reports. */
public sealed interface PaymentNotification {

  /** A Checkout Session is paid, or needs no payment. */
  record Paid(PaidSession session) implements PaymentNotification {}

  /** Money of a payment was returned to the customer, or came back to us. */
  record MoneyReturned(PaymentUpdate money) implements PaymentNotification {}

  /** A dispute has changed; the event does not contain its state. */
  record DisputeChanged(DisputeId dispute) implements PaymentNotification {}

  /** The event moves no credits. */
  record Nothing() implements PaymentNotification {}

  /**
   * The event is about money and cannot be read; an operator must look at it.
   *
   * @param problem what is wrong with it, without its content
   */
  record Unusable(String problem) implements PaymentNotification {}
}
