package dev.photocredits.credits;

import static java.util.Comparator.comparingLong;

import dev.photocredits.values.Money;
import java.util.function.BinaryOperator;

/**
 * How much money a bank has withdrawn because of a dispute, and how much it has returned. Both
 * totals only grow. They are in the currency in which the provider settles with us, which may
 * differ from the customer's currency. Therefore only their ratio to the first withdrawal counts:
 * the first withdrawal corresponds to the whole disputed amount.
 *
 * @param disputed the amount that the customer disputes, in the currency of the charge
 * @param firstWithdrawal in minor units; 0 until money is withdrawn
 * @param withdrawn the sum of all withdrawals, in minor units
 * @param returned the sum of all returns, in minor units; a dispute that we won has returned
 *     everything that had been withdrawn by then, regardless of exchange rates
 */
public record DisputeState(Money disputed, long firstWithdrawal, long withdrawn, long returned) {
  public DisputeState {
    if (firstWithdrawal < 0 || withdrawn < firstWithdrawal || returned < 0) {
      throw new IllegalArgumentException(
          "totals must not be negative, and withdrawals include the first one");
    }
  }

  /** Merges this state with another one of the same dispute. Their order does not matter. */
  DisputeState merge(DisputeState other) {
    return new DisputeState(
        BinaryOperator.maxBy(comparingLong(Money::minorUnits)).apply(disputed, other.disputed),
        Math.max(firstWithdrawal, other.firstWithdrawal),
        Math.max(withdrawn, other.withdrawn),
        Math.max(returned, other.returned));
  }

  /** The withdrawn money that has not been returned, in the currency of the settlement. */
  long netWithdrawn() {
    return Math.max(0, withdrawn - returned);
  }
}
