package dev.photocredits.values;

import java.util.UUID;

/** The time-ordered id of a transaction: a later transaction of a user has a greater id. */
public record TransactionId(UUID value) {

  /** The id of the transaction that is this many places later in the same journal. */
  public TransactionId plus(int places) {
    return new TransactionId(
        new UUID(value.getMostSignificantBits(), value.getLeastSignificantBits() + places));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
