package dev.photocredits.credits;

import java.util.Optional;
import java.util.UUID;

/** The id of a purchase order: that of the checkout attempt that wrote it. */
public record PurchaseOrderId(UUID value) {

  /** The id in its canonical text form (36 characters), or nothing if the text is not one. */
  public static Optional<PurchaseOrderId> parse(String text) {
    try {
      var id = UUID.fromString(text);
      return id.toString().equals(text) ? Optional.of(new PurchaseOrderId(id)) : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
