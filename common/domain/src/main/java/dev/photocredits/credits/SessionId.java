package dev.photocredits.credits;

/** The id of a Stripe Checkout Session ({@code cs_…}): the cause of a purchase. */
public record SessionId(String value) {
  public SessionId {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a session id must not be blank");
    }
  }
}
