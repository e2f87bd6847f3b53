package dev.photocredits.credits;

import static java.util.Comparator.comparing;

import dev.photocredits.values.Money;
import java.util.function.BinaryOperator;

/**
 * The state of a refund.
 *
 * @param amount in the currency of the charge
 */
public record RefundState(Money amount, Status status) {

  /**
   * The statuses in the order in which a refund passes through them. It may skip some, and never
   * goes back.
   */
  public enum Status {
    /** The money is on its way, or waits for the customer to say where to send it. */
    PENDING,
    /** The customer has the money, as far as the provider knows. */
    SUCCEEDED,
    /**
     * The bank sent the money back, or the refund was cancelled: the customer has none of the
     * money.
     */
    FAILED
  }

  /** Merges this state with another one of the same refund. Their order does not matter. */
  RefundState merge(RefundState other) {
    return BinaryOperator.maxBy(comparing(RefundState::status)).apply(this, other);
  }

  public boolean hasFailed() {
    return status == Status.FAILED;
  }
}
