package dev.photocredits.payments;

/**
 * Thrown when the payment provider does not report the state of a payment that must be known before
 * credits move. Nothing was written; the caller may retry later.
 */
public final class LookupUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public LookupUnavailable(PaymentsUnavailable cause) {
    super(cause.getMessage(), cause);
  }
}
