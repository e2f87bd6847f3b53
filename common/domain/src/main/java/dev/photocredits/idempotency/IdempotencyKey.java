package dev.photocredits.idempotency;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a caller names a request, so that its repeat is known: 1 to 255 printable characters of
 * ASCII, not all of them spaces.
 */
public record IdempotencyKey(String value) {
  public static final int LONGEST = 255;

  private static final Pattern SHAPE = Pattern.compile("(?=.*[!-~])[ -~]{1," + LONGEST + "}");

  public IdempotencyKey {
    if (!SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException("not an idempotency key");
    }
  }

  /** The key that a caller sent, or nothing if it is not one. */
  public static Optional<IdempotencyKey> parse(String sent) {
    return SHAPE.matcher(sent).matches() ? Optional.of(new IdempotencyKey(sent)) : Optional.empty();
  }
}
