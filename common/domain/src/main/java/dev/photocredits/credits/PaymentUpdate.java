package dev.photocredits.credits;

import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;

/**
 * What the payment provider reports about the money of a payment after it was paid. An update is
 * the current state, not a change of it. Updates may arrive in any order and any number of times,
 * with the same result.
 */
public sealed interface PaymentUpdate {

  PaymentIntentId payment();

  /** The currency of the amount that is compared with what the customer paid. */
  String currency();

  /**
   * The total of all refunds of a charge that had not failed by then.
   *
   * @param total in the currency of the charge
   */
  record RefundTotal(PaymentIntentId payment, Money total) implements PaymentUpdate {
    @Override
    public String currency() {
      return total.currency();
    }
  }

  /** The state of one refund. */
  record RefundUpdate(PaymentIntentId payment, RefundId id, RefundState state)
      implements PaymentUpdate {
    @Override
    public String currency() {
      return state.amount().currency();
    }
  }

  /** The state of one dispute. */
  record DisputeUpdate(PaymentIntentId payment, DisputeId id, DisputeState state)
      implements PaymentUpdate {
    @Override
    public String currency() {
      return state.disputed().currency();
    }
  }
}
