package dev.photocredits.generation;

import dev.photocredits.credits.Ledger;
import dev.photocredits.ledger.InMemoryLedger;

/** Runs the contract of counted calls on the fake. */
final class InMemoryCallCountsTest implements CallCountsContract {
  private final InMemoryLedger table = new InMemoryLedger();

  @Override
  public CallCounts counts() {
    return table;
  }

  @Override
  public Ledger ledger() {
    return table;
  }
}
