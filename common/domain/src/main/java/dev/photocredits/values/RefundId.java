package dev.photocredits.values;

/** The payment provider's id of a refund, such as {@code re_…}. */
public record RefundId(String value) {
  public RefundId {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a refund id must not be blank");
    }
  }
}
