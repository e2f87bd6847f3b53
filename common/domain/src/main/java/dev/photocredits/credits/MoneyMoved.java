package dev.photocredits.credits;

/**
 * What the provider says of a payment's money after the payment: how it stands, not what has
 * changed. It may come in any order and any number of times; together it says the same.
 */
public sealed interface MoneyMoved {

  PaymentIntentId payment();

  /** The currency of the amount that is compared with what the customer paid. */
  String currency();

  /**
   * All refunds of a charge together, as far as they had not failed by then.
   *
   * @param total in the currency of the charge
   */
  record Refunded(PaymentIntentId payment, Money total) implements MoneyMoved {
    @Override
    public String currency() {
      return total.currency();
    }
  }

  /** One refund. */
  record Refund(PaymentIntentId payment, RefundId id, RefundState state) implements MoneyMoved {
    @Override
    public String currency() {
      return state.amount().currency();
    }
  }

  /** One dispute. */
  record Dispute(PaymentIntentId payment, DisputeId id, DisputeState state) implements MoneyMoved {
    @Override
    public String currency() {
      return state.disputed().currency();
    }
  }
}
