package dev.photocredits.payments;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.Ledger;
import dev.photocredits.ledger.InMemoryLedger;

/** Runs the contract of purchase orders on the fake. */
final class InMemoryPurchaseOrdersTest implements PurchaseOrdersContract {
  private final InMemoryLedger table = new InMemoryLedger();

  @Override
  public PurchaseOrders orders() {
    return table;
  }

  @Override
  public Ledger ledger() {
    return table;
  }

  @Override
  public AuditReader auditReader() {
    return table;
  }
}
