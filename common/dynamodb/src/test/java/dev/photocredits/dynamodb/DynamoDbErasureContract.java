package dev.photocredits.dynamodb;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.Ledger;
import dev.photocredits.dynamodb.items.FeedbackItem;
import dev.photocredits.erasure.AccountOwners;
import dev.photocredits.erasure.ErasureContract;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackStore;
import dev.photocredits.generation.CallCounts;
import dev.photocredits.generation.Generations;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.values.Email;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The {@link ErasureContract} of the adapters on one table, real or modelled. */
interface DynamoDbErasureContract extends ErasureContract {

  /** The adapters on the table. */
  DynamoDb table();

  /** All items of the table. */
  List<Map<String, AttributeValue>> items();

  @Override
  default Ledger ledger() {
    return table().ledger();
  }

  @Override
  default Generations generations() {
    return table().generations();
  }

  @Override
  default CallCounts callCounts() {
    return table().callCounts();
  }

  @Override
  default PurchaseOrders orders() {
    return table().purchaseOrders();
  }

  @Override
  default IdempotencyRecords idempotencyRecords() {
    return table().idempotencyRecords();
  }

  @Override
  default AuditReader auditReader() {
    return table().auditReader();
  }

  @Override
  default AccountOwners accountOwners() {
    return table().accountOwners(SAMPLES::now);
  }

  @Override
  default FeedbackStore feedbackStore() {
    return table().feedback();
  }

  @Override
  default List<Feedback> feedback() {
    return items().stream()
        .filter(item -> item.containsKey("message"))
        .map(FeedbackItem.SCHEMA::mapToItem)
        .toList();
  }

  @Override
  default boolean isStored(Email address) {
    return items().toString().contains(address.value());
  }
}
