package dev.photocredits.aws.dynamodb;

import dev.photocredits.audit.Position;
import dev.photocredits.audit.Positions;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link Positions} in DynamoDB: one item. */
final class DynamoDbPositions implements Positions {
  private final Table table;

  DynamoDbPositions(Table table) {
    this.table = table;
  }

  @Override
  public Optional<Position> find() {
    return table.find(Schemas.POSITION, Keys.AUDIT, Keys.POSITION);
  }

  @Override
  public boolean save(Position position) {
    var transaction = table.transaction();
    var saved =
        position.version() == 1
            ? transaction.create(Schemas.POSITION, position)
            : transaction.put(
                Schemas.POSITION,
                position,
                "version = :before",
                Map.of(),
                Map.of(":before", AttributeValue.fromN(Integer.toString(position.version() - 1))));
    var outcome = transaction.execute();
    // A repeat of a save whose reply was lost finds itself.
    return outcome.isComplete() || outcome.found(saved).filter(position::equals).isPresent();
  }
}
