package dev.photocredits.values;

/** The id of a Stripe PaymentIntent ({@code pi_…}), to which refunds and disputes refer. */
public record PaymentIntentId(String value) {
  public PaymentIntentId {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a payment intent's id must not be blank");
    }
  }
}
