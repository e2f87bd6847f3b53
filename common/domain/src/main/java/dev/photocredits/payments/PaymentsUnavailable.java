package dev.photocredits.payments;

/**
 * Thrown when the payment provider refused, failed or did not answer in time. No credits have
 * moved.
 */
public final class PaymentsUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public PaymentsUnavailable(String reason) {
    super(reason);
  }

  public PaymentsUnavailable(String reason, Throwable cause) {
    super(reason, cause);
  }
}
