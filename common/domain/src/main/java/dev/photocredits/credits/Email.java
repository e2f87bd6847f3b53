package dev.photocredits.credits;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * An e-mail address, the key of a user: trimmed, in lower case, 254 characters at most (RFC 5321's
 * limit of a path, less the angle brackets).
 */
public record Email(String value) {
  private static final int LONGEST = 254;

  /** Where no mail ever arrives, and nobody has an address (RFC 2606). */
  private static final String NOWHERE = "@erased.invalid";

  private static final Pattern SHAPE =
      Pattern.compile("[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}");

  public Email {
    if (!isValid(value) || !value.equals(value.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException("not a normalised e-mail address");
    }
  }

  /** The address that somebody typed, or nothing if it is not one or can be nobody's. */
  public static Optional<Email> parse(String typed) {
    var trimmed = trimmed(typed);
    return isValid(trimmed)
        ? Optional.of(new Email(trimmed.toLowerCase(Locale.ROOT))).filter(e -> !e.isPseudonym())
        : Optional.empty();
  }

  /** What stands for somebody who has been erased: by chance alone, so that it leads to nobody. */
  public static Email pseudonym(RandomGenerator chance) {
    return new Email(new UUID(chance.nextLong(), chance.nextLong()) + NOWHERE);
  }

  public boolean isPseudonym() {
    return value.endsWith(NOWHERE);
  }

  // String.strip() leaves the spaces that do not break a line, which a copied address may carry.
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

  // The shape is checked before lower-casing: some letters outside ASCII have ASCII lower cases.
  private static boolean isValid(String address) {
    return address.length() <= LONGEST && SHAPE.matcher(address).matches();
  }
}
