package dev.photocredits.credits;

import java.util.UUID;

/** The time-ordered id of a ledger entry: a later entry of a user has a greater one. */
public record TransactionId(UUID value) {

  /** The id of an entry that belongs to this one, and comes right behind it. */
  TransactionId next() {
    return new TransactionId(
        new UUID(value.getMostSignificantBits(), value.getLeastSignificantBits() + 1));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
