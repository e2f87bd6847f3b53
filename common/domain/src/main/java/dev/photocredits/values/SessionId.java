package dev.photocredits.values;

import java.util.Optional;
import java.util.regex.Pattern;

/** The id of a Stripe Checkout Session ({@code cs_…}). A purchase refers to it. */
public record SessionId(String value) {
  /** The format of Stripe's ids. */
  private static final Pattern FORM = Pattern.compile("cs_[A-Za-z0-9_]{1,200}");

  public SessionId {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a session id must not be blank");
    }
  }

  /**
   * Parses an id that a caller sent; returns nothing if it does not have the format of a Stripe id.
   */
  public static Optional<SessionId> parse(String sent) {
    return FORM.matcher(sent).matches() ? Optional.of(new SessionId(sent)) : Optional.empty();
  }
}
