package dev.photocredits.values;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The e-mail address that identifies a user: trimmed, in lower case, at most 254 characters (the
 * limit of a path in RFC 5321 minus its angle brackets).
 */
public record Email(String value) {
  private static final int LONGEST = 254;

  /**
   * The domain of pseudonyms. It is reserved: no mail arrives there, and no user has an address in
   * it (RFC 2606).
   */
  private static final String PSEUDONYM_DOMAIN = "@erased.invalid";

  private static final Pattern SHAPE =
      Pattern.compile("[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}");

  public Email {
    if (!isValid(value) || !value.equals(value.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException("not a normalised e-mail address");
    }
  }

  /**
   * Normalizes an address as a user typed it. Returns nothing if the text is not an address, or is
   * a pseudonym.
   */
  public static Optional<Email> parse(String typed) {
    var trimmed = trimmed(typed);
    return isValid(trimmed)
        ? Optional.of(new Email(trimmed.toLowerCase(Locale.ROOT)))
            .filter(email -> !email.isPseudonym())
        : Optional.empty();
  }

  /** Creates a pseudonym for an erased user. It is random, so nothing links it to the user. */
  public static Email pseudonym(RandomGenerator random) {
    return new Email(new UUID(random.nextLong(), random.nextLong()) + PSEUDONYM_DOMAIN);
  }

  public boolean isPseudonym() {
    return value.endsWith(PSEUDONYM_DOMAIN);
  }

  // String.strip() keeps no-break spaces, which a copied address may contain.
  private static String trimmed(String typed) {
    var from = 0;
    var to = typed.length();
    while (from < to && isSpace(typed.charAt(from))) {
      from++;
    }
    while (from < to && isSpace(typed.charAt(to - 1))) {
      to--;
    }
    return typed.substring(from, to);
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  // The shape is checked before lower-casing, because some letters outside ASCII become ASCII in
  // lower case.
  private static boolean isValid(String address) {
    return address.length() <= LONGEST && SHAPE.matcher(address).matches();
  }
}
