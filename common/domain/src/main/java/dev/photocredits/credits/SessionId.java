package dev.photocredits.credits;

import java.util.Optional;
import java.util.regex.Pattern;

/** The id of a Stripe Checkout Session ({@code cs_…}): the cause of a purchase. */
public record SessionId(String value) {
  /** Stripe's form of an id. */
  private static final Pattern FORM = Pattern.compile("cs_[A-Za-z0-9_]{1,200}");

  public SessionId {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a session id must not be blank");
    }
  }

  /** The id that a caller sent; nothing if Stripe gives no ids of that form. */
  public static Optional<SessionId> parse(String sent) {
    return FORM.matcher(sent).matches() ? Optional.of(new SessionId(sent)) : Optional.empty();
  }
}
