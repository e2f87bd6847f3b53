package dev.photocredits.payments;

import dev.photocredits.audit.Books;
import dev.photocredits.credits.Ledger;
import dev.photocredits.ledger.InMemoryLedger;

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
  public Books books() {
    return table;
  }
}
