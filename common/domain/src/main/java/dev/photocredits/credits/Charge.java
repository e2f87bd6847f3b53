package dev.photocredits.credits;

/**
 * What a customer was charged for a purchase.
 *
 * @param amount all of it, taxes included, in the currency in which it was paid
 */
public record Charge(PaymentIntentId payment, Money amount) {
  public Charge {
    if (amount.minorUnits() == 0) {
      throw new IllegalArgumentException("a charge is of some money");
    }
  }
}
