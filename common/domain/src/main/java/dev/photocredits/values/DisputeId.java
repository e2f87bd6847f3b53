package dev.photocredits.values;

/** The payment provider's id of a dispute, such as {@code du_…}. */
public record DisputeId(String value) {
  public DisputeId {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a dispute id must not be blank");
    }
  }
}
