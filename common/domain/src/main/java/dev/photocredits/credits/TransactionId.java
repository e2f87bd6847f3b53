package dev.photocredits.credits;

import java.util.UUID;

/** The time-ordered id of a ledger entry: a later entry of a user has a greater one. */
public record TransactionId(UUID value) {

  /** The id of a transaction that is written together with this one, so many places later. */
  public TransactionId plus(int places) {
    return new TransactionId(
        new UUID(value.getMostSignificantBits(), value.getLeastSignificantBits() + places));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
