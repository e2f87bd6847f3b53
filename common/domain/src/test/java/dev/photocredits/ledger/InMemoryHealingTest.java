package dev.photocredits.ledger;

import dev.photocredits.audit.Books;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User;
import org.jspecify.annotations.Nullable;

final class InMemoryHealingTest implements HealingContract {
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
  public void loseMark(Purchase purchase) {
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
