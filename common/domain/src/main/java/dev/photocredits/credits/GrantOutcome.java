package dev.photocredits.credits;

import dev.photocredits.values.Credits;

/** The result of granting a purchase. */
public sealed interface GrantOutcome {

  /** The session is granted, by this call or an earlier one. */
  sealed interface Fulfilled extends GrantOutcome {}

  /**
   * The balance, the transaction and the grant record are written.
   *
   * @param credits the credits of the purchase
   * @param reversed the credits that were reversed at once, because their money had been returned
   *     before
   * @param hasOtherCurrency whether a refund or dispute of this payment is on record in another
   *     currency than the payment's; it has moved no credits, so an operator must look at it
   */
  record Granted(Credits credits, Credits reversed, boolean hasOtherCurrency)
      implements Fulfilled {}

  /**
   * The session was granted before; nothing was written.
   *
   * @param hasOtherCurrency as in {@link Granted}; repeated here because the first report may have
   *     been lost
   */
  record AlreadyGranted(boolean hasOtherCurrency) implements Fulfilled {}

  /** The user does not exist; nothing was written. */
  record NoSuchUser() implements GrantOutcome {}
}
