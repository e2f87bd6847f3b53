package dev.photocredits.credits;

/** A count of credits, never negative. */
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

  /** Fails when there is less to take from. */
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
   * The part of these credits that stands for {@code part} of {@code whole}, rounded up: in favour
   * of whoever receives it, and never more than these credits.
   */
  public Credits share(int part, int whole) {
    if (part < 0 || whole < 1 || part > whole) {
      throw new IllegalArgumentException("not a share: " + part + " of " + whole);
    }
    return new Credits(Math.toIntExact(Math.ceilDiv((long) value * part, (long) whole)));
  }
}
