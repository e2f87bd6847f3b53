package dev.photocredits.idempotency;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A caller's name for a request, by which a repeat is recognized: 1 to 255 printable ASCII
 * characters, not all of them spaces.
 */
public record IdempotencyKey(String value) {
  public static final int LONGEST = 255;

  private static final Pattern SHAPE = Pattern.compile("(?=.*[!-~])[ -~]{1," + LONGEST + "}");

  public IdempotencyKey {
    if (!SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "an idempotency key has 1 to " + LONGEST + " printable ASCII characters");
    }
  }

  /** Parses a key that a caller sent; returns nothing if it is not a valid one. */
  public static Optional<IdempotencyKey> parse(String sent) {
    return SHAPE.matcher(sent).matches() ? Optional.of(new IdempotencyKey(sent)) : Optional.empty();
  }
}
