package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.values.TransactionId;
import java.util.UUID;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** Records that an adjustment was made under an id, for any user. Kept forever. */
public record AdjustmentRecord(TransactionId id) {
  public static final TableSchema<AdjustmentRecord> SCHEMA =
      Schema.of(AdjustmentRecord.class, AdjustmentRecord::read, AdjustmentRecord::write);

  private static AdjustmentRecord read(Fields fields) {
    return new AdjustmentRecord(new TransactionId(UUID.fromString(fields.text("transaction_id"))));
  }

  private static Item write(AdjustmentRecord adjustment, Item item) {
    return item.key(Keys.adjustment(adjustment.id), Keys.ADJUSTMENT)
        .text("transaction_id", adjustment.id.toString());
  }
}
