package dev.photocredits.credits;

import dev.photocredits.values.Email;

/** The result of recording a {@link PaymentUpdate}. */
public sealed interface ReversalOutcome {

  /** The update and its consequences are on record. */
  sealed interface Heard extends ReversalOutcome {}

  /**
   * The update and its consequences are written.
   *
   * @param worth the signed change for the user in credits: positive if credits were returned,
   *     negative if they were withdrawn or became debt
   */
  record Reversed(Email owner, int worth) implements Heard {}

  /** The update is written. It moves no credits, at least until the payment has a grant. */
  record RecordedOnly() implements Heard {}

  /** The update was on record; nothing was written. */
  record AlreadyRecorded() implements Heard {}

  /**
   * The update is in another currency than the customer paid in, so no share of the credits can be
   * computed. Nothing was written; an operator must look at it.
   */
  record OtherCurrency() implements Heard {}

  /** The owner of the payment no longer exists; nothing was written. */
  record NoSuchUser(Email owner) implements ReversalOutcome {}
}
