package dev.photocredits.credits;

/**
 * News of a payment's money after the payment. Amounts are in the payment's currency. News may come
 * in any order and any number of times: together they say the same.
 */
public sealed interface MoneyMoved {

  PaymentIntentId payment();

  /** So much has been refunded by now, all refunds together. */
  record Refunded(PaymentIntentId payment, Money total) implements MoneyMoved {}

  /** A bank has taken the money back because of a dispute ({@code dp_…}, {@code du_…}). */
  record Withdrawn(PaymentIntentId payment, String dispute, Money amount) implements MoneyMoved {}

  /**
   * The money of a dispute has come back. That is its end: a withdrawal of the same dispute that is
   * heard of later is taken for one that came before.
   */
  record Reinstated(PaymentIntentId payment, String dispute) implements MoneyMoved {}
}
