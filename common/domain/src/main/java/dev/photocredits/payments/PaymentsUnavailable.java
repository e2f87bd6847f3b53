package dev.photocredits.payments;

/** The payment provider refused, failed or did not answer in time. No credit has moved. */
public final class PaymentsUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public PaymentsUnavailable(String reason) {
    super(reason);
  }

  public PaymentsUnavailable(String reason, Throwable cause) {
    super(reason, cause);
  }
}
