package dev.photocredits.dynamodb;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.audit.Positions;
import dev.photocredits.audit.PositionsContract;
import dev.photocredits.credits.Ledger;
import dev.photocredits.emulators.Template;
import dev.photocredits.ledger.LedgerWalk;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.payments.PurchaseOrdersContract;
import dev.photocredits.simulator.dynamodb.Faults;
import dev.photocredits.simulator.dynamodb.ModelledDynamoDb;
import dev.photocredits.simulator.dynamodb.ModelledTable;
import dev.photocredits.simulator.dynamodb.SingleCaller;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Runs the contracts of the DynamoDB adapters on the modelled table. */
final class ModelledDynamoDbTest {
  private static final String NAME = "photo-credits-model";

  private final SingleCaller caller = new SingleCaller(Instant.parse("2126-11-23T12:00:00Z"));
  private final ModelledTable modelled =
      new ModelledTable(
          NAME, Template.find().table(), caller, new Random(1), Duration.ZERO, Duration.ZERO);
  private final DynamoDb table =
      OpenedTable.on(
          new ModelledDynamoDb(modelled, caller, Faults.NONE, caller, new Random(1)),
          NAME,
          caller::sleep);

  @Nested
  final class Accounts implements DynamoDbLedgerContract {
    @Override
    public DynamoDb table() {
      return table;
    }
  }

  @Nested
  final class Orders implements PurchaseOrdersContract {
    @Override
    public PurchaseOrders orders() {
      return table.purchaseOrders();
    }

    @Override
    public Ledger ledger() {
      return table.ledger();
    }

    @Override
    public AuditReader auditReader() {
      return table.auditReader();
    }
  }

  @Nested
  final class Erasures implements DynamoDbErasureContract {
    @Override
    public DynamoDb table() {
      return table;
    }

    @Override
    public List<Map<String, AttributeValue>> items() {
      return modelled.items();
    }
  }

  @Nested
  final class AuditPositions implements PositionsContract {
    @Override
    public Positions positions() {
      return table.positions();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void the_adapters_behave_like_the_fake_on_random_walks(int walk) {
    var seed = System.nanoTime() + walk;

    new LedgerWalk(seed, table.ledger(), table.generations(), table.auditReader()).walk(250);
  }
}
