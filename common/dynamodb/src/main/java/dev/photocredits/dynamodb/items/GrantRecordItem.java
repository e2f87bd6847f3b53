package dev.photocredits.dynamodb.items;

import dev.photocredits.credits.GrantRecord;
import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.values.Email;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.util.UUID;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** The grant record of a checkout session. */
public final class GrantRecordItem {
  public static final TableSchema<GrantRecord> SCHEMA =
      Schema.of(GrantRecord.class, GrantRecordItem::read, GrantRecordItem::write);

  private GrantRecordItem() {}

  private static GrantRecord read(Fields fields) {
    var payment = fields.optionalText("payment_intent");
    var order = fields.optionalText("purchase_order");
    return new GrantRecord(
        new SessionId(fields.text("payment_id")),
        new Email(fields.text("email")),
        new TransactionId(UUID.fromString(fields.text("transaction_id"))),
        payment == null ? null : new PaymentIntentId(payment),
        order == null ? null : new PurchaseOrderId(UUID.fromString(order)));
  }

  private static Item write(GrantRecord grantRecord, Item item) {
    var payment = grantRecord.payment();
    var order = grantRecord.purchaseOrder();
    return item.key(Keys.payment(grantRecord.session()), Keys.PAYMENT)
        .text("email", grantRecord.owner().value())
        .text("payment_id", grantRecord.session().value())
        .text("transaction_id", grantRecord.transaction().toString())
        .text("payment_intent", payment == null ? null : payment.value())
        .text("purchase_order", order == null ? null : order.toString());
  }
}
