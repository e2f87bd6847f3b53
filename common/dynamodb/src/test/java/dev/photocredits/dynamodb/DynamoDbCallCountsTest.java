package dev.photocredits.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Ledger;
import dev.photocredits.dynamodb.items.Fields;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.generation.CallCounts;
import dev.photocredits.generation.CallCountsContract;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.SourceGroup;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Runs the contract of counted calls on an emulated DynamoDB table. */
final class DynamoDbCallCountsTest implements CallCountsContract {
  private static final DynamoDb TABLE = TestTable.open();

  @Override
  public CallCounts counts() {
    return TABLE.callCounts();
  }

  @Override
  public Ledger ledger() {
    return TABLE.ledger();
  }

  @Test
  void the_counter_of_source_addresses_expires_with_its_hour() {
    var limits = Limits.NONE.with(Limit.FEEDBACK, 2);
    var halfPast = Instant.parse("2025-01-01T10:30:00Z");

    assertThat(counts().count(new SourceGroup(9), Limit.FEEDBACK, limits, halfPast)).isTrue();

    try (var client = TestTable.client()) {
      var key = Keys.item("LIMIT#FEEDBACK", "LIMIT#FEEDBACK#2025-01-01T10:00:00Z#9");
      var item = client.getItem(get -> get.tableName(TestTable.NAME).key(key)).item();
      var eleven = Instant.parse("2025-01-01T11:00:00Z").getEpochSecond();
      assertThat(item.get(Fields.EXPIRES_AT))
          .isEqualTo(AttributeValue.fromN(Long.toString(eleven)));
    }
  }
}
