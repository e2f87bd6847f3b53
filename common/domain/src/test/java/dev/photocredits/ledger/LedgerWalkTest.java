package dev.photocredits.ledger;

import org.junit.jupiter.api.Test;

final class LedgerWalkTest {

  @Test
  void the_fake_keeps_the_invariants_during_a_long_random_walk() {
    var ledger = new InMemoryLedger();
    var seed = System.nanoTime();

    new LedgerWalk(seed, ledger, ledger, ledger).walk(2_000);
  }
}
