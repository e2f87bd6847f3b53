package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.Sale;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Money;
import dev.photocredits.values.PurchaseOrderId;
import java.util.UUID;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** A purchase order. It expires unless it is paid. */
public final class PurchaseOrderItem {
  public static final TableSchema<PurchaseOrder> SCHEMA =
      Schema.of(PurchaseOrder.class, PurchaseOrderItem::read, PurchaseOrderItem::write);

  private PurchaseOrderItem() {}

  private static PurchaseOrder read(Fields fields) {
    return new PurchaseOrder(
        new PurchaseOrderId(UUID.fromString(fields.text(Keys.SK).substring(Keys.ORDERS.length()))),
        Keys.owner(fields.text(Keys.PK)),
        fields.text("package"),
        new Sale(
            fields.text("title"),
            new Credits(fields.integer("credits")),
            new Money(fields.number("amount"), fields.text("currency"))),
        fields.text("stage"),
        fields.instant("created_at"),
        fields.optionalInstant("paid_at"));
  }

  private static Item write(PurchaseOrder order, Item item) {
    return item.key(Keys.user(order.owner()), Keys.order(order.id()))
        .text("package", order.pack())
        .text("title", order.sale().title())
        .number("credits", order.sale().credits().value())
        .number("amount", order.sale().price().minorUnits())
        .text("currency", order.sale().price().currency())
        .text("stage", order.stage())
        .text("created_at", Fields.time(order.createdAt()))
        .text("paid_at", order.paidAt() == null ? null : Fields.time(order.paidAt()))
        .number(
            Fields.EXPIRES_AT, order.paidAt() == null ? order.expiresAt().getEpochSecond() : null);
  }
}
