package dev.photocredits.payments;

/**
 * The payment provider does not tell how a payment stands, and it must be known before credits
 * move. Nothing was written; asking again later may help.
 */
public final class LookupUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public LookupUnavailable(PaymentsUnavailable cause) {
    super(cause.getMessage(), cause);
  }
}
