package dev.photocredits.credits;

import static java.util.Comparator.comparing;

import java.util.function.BinaryOperator;

/**
 * How a refund stands.
 *
 * @param amount in the currency of the charge
 */
public record RefundState(Money amount, Status status) {

  /** In the order in which a refund passes through them; it may skip some, and never goes back. */
  public enum Status {
    /** The money is on its way, or waits for the customer to say where it should go. */
    PENDING,
    /** The customer has the money, as far as the provider knows. */
    SUCCEEDED,
    /**
     * The bank sent the money back, or the refund was cancelled: the customer has nothing of it.
     */
    FAILED
  }

  /** What is known after both were heard, in whatever order. */
  RefundState and(RefundState other) {
    return BinaryOperator.maxBy(comparing(RefundState::status)).apply(this, other);
  }

  public boolean hasFailed() {
    return status == Status.FAILED;
  }
}
