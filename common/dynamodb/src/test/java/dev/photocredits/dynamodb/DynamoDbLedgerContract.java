package dev.photocredits.dynamodb;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.Ledger;
import dev.photocredits.generation.Generations;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.ledger.contract.LedgerContract;

/** The {@link LedgerContract} of the adapters on one table, real or modelled. */
interface DynamoDbLedgerContract extends LedgerContract {

  /** The adapters on the table. */
  DynamoDb table();

  @Override
  default Ledger ledger() {
    return table().ledger();
  }

  @Override
  default Generations generations() {
    return table().generations();
  }

  @Override
  default IdempotencyRecords idempotencyRecords() {
    return table().idempotencyRecords();
  }

  @Override
  default AuditReader auditReader() {
    return table().auditReader();
  }
}
