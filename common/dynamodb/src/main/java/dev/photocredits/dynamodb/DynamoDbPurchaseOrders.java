package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.Table.Change;
import dev.photocredits.dynamodb.TransactWrite.Part;
import dev.photocredits.dynamodb.items.Fields;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.OpenedSession;
import dev.photocredits.dynamodb.items.PurchaseOrderItem;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.values.Email;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * {@link PurchaseOrders} in DynamoDB, in the partitions of their owners. DynamoDB deletes an unpaid
 * purchase order some time after it expires.
 */
final class DynamoDbPurchaseOrders implements PurchaseOrders {
  private final Table table;

  DynamoDbPurchaseOrders(Table table) {
    this.table = table;
  }

  /** Keeps an existing purchase order permanently and records when it was first paid. */
  static Part<Void> pay(
      TransactWrite transaction, Email owner, PurchaseOrderId order, Instant now) {
    return transaction.update(
        new Change(
            Keys.item(Keys.user(owner), Keys.order(order)),
            "SET paid_at = if_not_exists(paid_at, :now) REMOVE " + Fields.EXPIRES_AT,
            "attribute_exists(PK)",
            Map.of(),
            Map.of(":now", AttributeValue.fromS(Fields.time(now)))));
  }

  // An account that is being erased gets no new items.
  @Override
  public PurchaseOrder place(PurchaseOrder order) {
    var transaction = table.transaction();
    var placed = transaction.create(PurchaseOrderItem.SCHEMA, order);
    var account =
        transaction.check(
            Keys.item(Keys.user(order.owner()), Keys.PROFILE),
            "attribute_exists(credits)",
            Map.of());
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return order;
    }
    if (outcome.isRefused(account)) {
      throw new IllegalStateException("a purchase order without an account");
    }
    return outcome.found(placed).orElseThrow(outcome::impossible);
  }

  @Override
  public Optional<PurchaseOrder> find(Email owner, PurchaseOrderId id) {
    return table.find(PurchaseOrderItem.SCHEMA, Keys.user(owner), Keys.order(id));
  }

  // If an erasure has removed the purchase order meanwhile, nothing is written.
  @Override
  public void opened(PurchaseOrder order, SessionId session) {
    var transaction = table.transaction();
    var _ =
        transaction.create(
            OpenedSession.SCHEMA,
            new OpenedSession(order.owner(), session, order.id(), order.expiresAt()));
    var _ =
        transaction.check(
            Keys.item(Keys.user(order.owner()), Keys.order(order.id())),
            "attribute_exists(PK)",
            Map.of());
    var _ = transaction.execute();
  }

  @Override
  public boolean isFor(Email owner, SessionId session) {
    return table.find(OpenedSession.SCHEMA, Keys.user(owner), Keys.session(session)).isPresent();
  }
}
