package dev.photocredits.generation;

/**
 * How much one user may order.
 *
 * @param pending how many generations may be pending at the same time
 * @param hourly how many may be begun in one hour of the clock, whatever becomes of them
 */
public record Limits(int pending, int hourly) {
  /** As much as they can pay. */
  public static final Limits NONE = new Limits(Integer.MAX_VALUE, Integer.MAX_VALUE);

  public Limits {
    if (pending < 1 || hourly < 1) {
      throw new IllegalArgumentException("nobody could order anything");
    }
  }

  /** Which of them keeps somebody from ordering. */
  public enum Limit {
    PENDING,
    HOURLY
  }
}
