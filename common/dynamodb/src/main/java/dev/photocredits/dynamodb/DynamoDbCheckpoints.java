package dev.photocredits.dynamodb;

import dev.photocredits.dynamodb.items.CheckpointItem;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.reconciliation.Checkpoints;
import java.util.Optional;

/** {@link Checkpoints} in DynamoDB: a single item. */
final class DynamoDbCheckpoints implements Checkpoints {
  private final Table table;

  DynamoDbCheckpoints(Table table) {
    this.table = table;
  }

  @Override
  public Optional<Checkpoint> find() {
    return table.find(CheckpointItem.SCHEMA, Keys.RECONCILIATION, Keys.CHECKPOINT);
  }

  @Override
  public void save(Checkpoint checkpoint) {
    table.put(CheckpointItem.SCHEMA, checkpoint);
  }
}
