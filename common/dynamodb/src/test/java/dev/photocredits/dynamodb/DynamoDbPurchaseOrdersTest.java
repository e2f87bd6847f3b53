package dev.photocredits.dynamodb;

import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Ledger;
import dev.photocredits.dynamodb.items.Fields;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.payments.PurchaseOrdersContract;
import dev.photocredits.values.Email;
import dev.photocredits.values.SessionId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Runs the contract of purchase orders on an emulated DynamoDB table. */
final class DynamoDbPurchaseOrdersTest implements PurchaseOrdersContract {
  private static final DynamoDb TABLE = TestTable.open();

  @Override
  public PurchaseOrders orders() {
    return TABLE.purchaseOrders();
  }

  @Override
  public Ledger ledger() {
    return TABLE.ledger();
  }

  @Override
  public AuditReader auditReader() {
    return TABLE.auditReader();
  }

  @Test
  void an_unpaid_purchase_order_expires_with_its_session_and_a_paid_one_is_kept() {
    var ada = ledger().create(newEmail(), null, SAMPLES.now()).email();
    var order = orders().place(PurchaseOrdersContract.order(ada));
    var session = new SessionId("cs_" + SAMPLES.id());
    orders().opened(order, session);
    var end = order.createdAt().plus(Duration.ofDays(100)).getEpochSecond();

    assertThat(expiry(Keys.order(order.id()), ada)).isEqualTo(Long.toString(end));
    assertThat(expiry(Keys.session(session), ada)).isEqualTo(Long.toString(end));
    assertThat(ledger().grant(ada, SAMPLES.purchase(session.value(), 10), null, order.id()))
        .isInstanceOf(Granted.class);

    assertThat(expiry(Keys.order(order.id()), ada)).isEqualTo("never");
  }

  private static String expiry(String sort, Email owner) {
    try (var client = TestTable.client()) {
      var key = Keys.item(Keys.user(owner), sort);
      var item = client.getItem(get -> get.tableName(TestTable.NAME).key(key)).item();
      var expiry = item.get(Fields.EXPIRES_AT);
      return expiry == null ? "never" : expiry.n();
    }
  }
}
