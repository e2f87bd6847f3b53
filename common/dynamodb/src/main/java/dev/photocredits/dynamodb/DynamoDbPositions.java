package dev.photocredits.dynamodb;

import dev.photocredits.audit.Position;
import dev.photocredits.audit.Positions;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.PositionItem;
import dev.photocredits.values.Email;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link Positions} in DynamoDB: a single item. */
final class DynamoDbPositions implements Positions {
  private static final String UNMOVED = "version = :seen";

  private final Table table;

  DynamoDbPositions(Table table) {
    this.table = table;
  }

  @Override
  public Optional<Position> find() {
    return table.find(PositionItem.SCHEMA, Keys.AUDIT, Keys.POSITION);
  }

  @Override
  public boolean save(Position position) {
    var before = position.version() - 1;
    var transaction = table.transaction();
    var saved =
        before == 0
            ? transaction.create(PositionItem.SCHEMA, position)
            : transaction.put(PositionItem.SCHEMA, position, UNMOVED, Map.of(), seen(before));
    var outcome = transaction.execute();
    // The SDK may retry a save whose reply was lost; the retry then finds its own position.
    return outcome.isComplete() || outcome.found(saved).filter(position::equals).isPresent();
  }

  /**
   * Removes the position if it names this owner, so that the audit starts over. Only an erasure
   * calls this.
   */
  void forget(Email owner) {
    var isForgotten = false;
    while (!isForgotten) {
      isForgotten =
          find()
              .filter(position -> DynamoDbAuditReader.isAtAccountOf(position, owner))
              .map(this::delete)
              .orElse(true);
    }
  }

  /** Returns whether the position was deleted; if not, the audit has moved on since it was read. */
  private boolean delete(Position position) {
    var transaction = table.transaction();
    var key = Keys.item(Keys.AUDIT, Keys.POSITION);
    var _ = transaction.delete(key, UNMOVED, seen(position.version()));
    return transaction.execute().isComplete();
  }

  private static Map<String, AttributeValue> seen(int version) {
    return Map.of(":seen", AttributeValue.fromN(Integer.toString(version)));
  }
}
