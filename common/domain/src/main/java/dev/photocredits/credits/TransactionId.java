package dev.photocredits.credits;

import java.util.UUID;

/** The time-ordered id of a ledger entry: a later entry of a user has a greater one. */
public record TransactionId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
