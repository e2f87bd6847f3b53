package dev.photocredits.values;

/** The id of a user's Stripe customer ({@code cus_…}). */
public record CustomerId(String value) {
  public CustomerId {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a customer id must not be blank");
    }
  }
}
