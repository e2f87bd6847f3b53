package dev.photocredits.ledger;

import dev.photocredits.audit.Books;
import dev.photocredits.credits.Ledger;
import dev.photocredits.generation.Generations;
import dev.photocredits.idempotency.Claims;

/** The fake keeps the rules that it stands for. */
final class InMemoryLedgerTest implements LedgerContract {
  private final InMemoryLedger ledger = new InMemoryLedger();

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public Books books() {
    return ledger;
  }

  @Override
  public Claims claims() {
    return ledger;
  }

  @Override
  public Generations generations() {
    return ledger;
  }
}
