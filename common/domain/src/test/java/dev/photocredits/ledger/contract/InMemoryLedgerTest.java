package dev.photocredits.ledger.contract;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.Ledger;
import dev.photocredits.generation.Generations;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.ledger.InMemoryLedger;

/** Runs the contract of the ledger on the fake. */
final class InMemoryLedgerTest implements LedgerContract {
  private final InMemoryLedger ledger = new InMemoryLedger();

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public AuditReader auditReader() {
    return ledger;
  }

  @Override
  public IdempotencyRecords idempotencyRecords() {
    return ledger;
  }

  @Override
  public Generations generations() {
    return ledger;
  }
}
