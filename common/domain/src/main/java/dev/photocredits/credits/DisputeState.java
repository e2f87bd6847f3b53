package dev.photocredits.credits;

import static java.util.Comparator.comparingLong;

import java.util.function.BinaryOperator;

/**
 * How much a bank has withdrawn because of a dispute, and returned of it. Both sums only grow. They
 * are in the currency in which the provider settles with us, which may be another one than the
 * customer's; so what counts is their share of the first withdrawal, which stands for the whole
 * disputed amount.
 *
 * @param disputed what the customer disputes, in the currency of the charge
 * @param firstWithdrawal in minor units; 0 as long as nothing was withdrawn
 * @param withdrawn all withdrawals together, in minor units
 * @param returned all that came back, in minor units; a dispute that was won returned everything
 *     that had been withdrawn by then, whatever exchange rates did
 */
public record DisputeState(Money disputed, long firstWithdrawal, long withdrawn, long returned) {
  public DisputeState {
    if (firstWithdrawal < 0 || withdrawn < firstWithdrawal || returned < 0) {
      throw new IllegalArgumentException("not the sums of a dispute");
    }
  }

  /** What is known after both were heard, in whatever order. */
  DisputeState and(DisputeState other) {
    return new DisputeState(
        BinaryOperator.maxBy(comparingLong(Money::minorUnits)).apply(disputed, other.disputed),
        Math.max(firstWithdrawal, other.firstWithdrawal),
        Math.max(withdrawn, other.withdrawn),
        Math.max(returned, other.returned));
  }

  /** What is gone at present, in the currency in which the provider settles. */
  long gone() {
    return Math.max(0, withdrawn - returned);
  }
}
