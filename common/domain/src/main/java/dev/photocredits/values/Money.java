package dev.photocredits.values;

import java.util.regex.Pattern;

/**
 * An amount of money, never negative.
 *
 * @param minorUnits such as cents
 * @param currency the ISO 4217 code in lower case
 */
public record Money(long minorUnits, String currency) {
  private static final Pattern CODE = Pattern.compile("[a-z]{3}");

  public Money {
    if (minorUnits < 0) {
      throw new IllegalArgumentException("money must not be negative: " + minorUnits);
    }
    if (!CODE.matcher(currency).matches()) {
      throw new IllegalArgumentException("not an ISO 4217 code in lower case: " + currency);
    }
  }

  public static Money usd(long cents) {
    return new Money(cents, "usd");
  }

  public Money plus(Money more) {
    if (!currency.equals(more.currency)) {
      throw new IllegalArgumentException(currency + " and " + more.currency + " cannot be added");
    }
    return new Money(Math.addExact(minorUnits, more.minorUnits), currency);
  }
}
