package dev.photocredits.credits;

/** The id of a Stripe PaymentIntent ({@code pi_…}): what refunds and disputes of a payment name. */
public record PaymentIntentId(String value) {
  public PaymentIntentId {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a payment intent's id must not be blank");
    }
  }
}
