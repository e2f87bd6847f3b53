package dev.photocredits.ledger.contract;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.User;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.values.Email;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.TransactionId;
import org.jspecify.annotations.Nullable;

/** Runs the contract for repairing grants on the fake. */
final class InMemoryHealingTest implements HealingContract {
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
  public void loseGrantRecord(Purchase purchase) {
    ledger.lose(purchase.session());
  }

  @Override
  public void losePayment(PaymentIntentId payment) {
    ledger.lose(payment);
  }

  @Override
  public void loseTransaction(Email owner, TransactionId id) {
    ledger.lose(owner, id);
  }

  @Override
  public void restore(Email owner, @Nullable User then) {
    ledger.restore(owner, then);
  }
}
