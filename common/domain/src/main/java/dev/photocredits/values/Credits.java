package dev.photocredits.values;

/** A number of credits, never negative. */
public record Credits(int value) {
  public static final Credits NONE = new Credits(0);

  public Credits {
    if (value < 0) {
      throw new IllegalArgumentException("credits must not be negative: " + value);
    }
  }

  public Credits plus(Credits more) {
    return new Credits(Math.addExact(value, more.value));
  }

  /** Throws {@link IllegalArgumentException} if {@code fewer} is more than these credits. */
  public Credits minus(Credits fewer) {
    return new Credits(Math.subtractExact(value, fewer.value));
  }

  public boolean covers(Credits price) {
    return value >= price.value;
  }

  public boolean isNone() {
    return value == 0;
  }

  /**
   * Returns {@code part / whole} of these credits, rounded up to a whole credit in favour of the
   * recipient. The result is never more than these credits.
   */
  public Credits shareRoundedUp(int part, int whole) {
    checkShare(part, whole);
    return new Credits(Math.toIntExact(Math.ceilDiv((long) value * part, (long) whole)));
  }

  /**
   * Returns {@code part / whole} of these credits, rounded down to a whole credit in favour of the
   * giver. If {@code part} equals {@code whole}, the result is all of these credits.
   */
  public Credits shareRoundedDown(int part, int whole) {
    checkShare(part, whole);
    return new Credits(Math.toIntExact(Math.floorDiv((long) value * part, (long) whole)));
  }

  private static void checkShare(int part, int whole) {
    if (part < 0 || whole < 1 || part > whole) {
      throw new IllegalArgumentException(
          "a share must be between 0 and the whole: " + part + " of " + whole);
    }
  }
}
