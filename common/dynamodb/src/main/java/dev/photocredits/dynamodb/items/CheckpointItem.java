package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.reconciliation.Checkpoints.Checkpoint;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** The progress of the reconciliation. There is one. */
public final class CheckpointItem {
  public static final TableSchema<Checkpoint> SCHEMA =
      Schema.of(Checkpoint.class, CheckpointItem::read, CheckpointItem::write);

  private CheckpointItem() {}

  private static Checkpoint read(Fields fields) {
    return new Checkpoint(
        fields.instant("since"), fields.optionalInstant("until"), fields.optionalText("after"));
  }

  private static Item write(Checkpoint checkpoint, Item item) {
    return item.key(Keys.RECONCILIATION, Keys.CHECKPOINT)
        .text("since", Fields.time(checkpoint.since()))
        .text("until", checkpoint.until() == null ? null : Fields.time(checkpoint.until()))
        .text("after", checkpoint.after());
  }
}
