package dev.photocredits.credits;

import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;

/**
 * What a customer was charged for a purchase.
 *
 * @param amount the total including taxes, in the currency of the payment; never 0
 */
public record Charge(PaymentIntentId payment, Money amount) {
  public Charge {
    if (amount.minorUnits() == 0) {
      throw new IllegalArgumentException("a charge must not be 0");
    }
  }
}
