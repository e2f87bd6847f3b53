package dev.photocredits.values;

import java.util.Optional;
import java.util.UUID;

/** The id of a purchase order, which is also the id of the checkout attempt that wrote it. */
public record PurchaseOrderId(UUID value) {

  /**
   * Parses the canonical text form of an id (36 characters); returns nothing for any other text.
   */
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
