package dev.photocredits.dynamodb;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.User;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.UserItem;
import dev.photocredits.ledger.contract.HealingContract;
import dev.photocredits.values.Email;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.TransactionId;
import org.jspecify.annotations.Nullable;

/** Repairs grants in an emulated DynamoDB table. */
final class DynamoDbHealingTest implements HealingContract {
  private static final DynamoDb TABLE = TestTable.open();

  @Override
  public Ledger ledger() {
    return TABLE.ledger();
  }

  @Override
  public AuditReader auditReader() {
    return TABLE.auditReader();
  }

  @Override
  public void loseGrantRecord(Purchase purchase) {
    lose(Keys.payment(purchase.session()), Keys.PAYMENT);
  }

  @Override
  public void losePayment(PaymentIntentId payment) {
    lose(Keys.payment(payment), Keys.MONEY);
  }

  @Override
  public void loseTransaction(Email owner, TransactionId id) {
    lose(Keys.user(owner), Keys.transaction(id));
  }

  @Override
  public void restore(Email owner, @Nullable User then) {
    if (then == null) {
      lose(Keys.user(owner), Keys.PROFILE);
    } else {
      var item = UserItem.SCHEMA.itemToMap(then, true);
      var _ = TestTable.client().putItem(put -> put.tableName(TestTable.NAME).item(item));
    }
  }

  private static void lose(String partition, String sort) {
    var key = Keys.item(partition, sort);
    var _ = TestTable.client().deleteItem(delete -> delete.tableName(TestTable.NAME).key(key));
  }
}
