package dev.photocredits.dynamodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** How feedback is stored. */
final class DynamoDbFeedbackStoreTest {
  private static final Instant NOON = Instant.parse("2126-11-30T12:00:00Z");

  private final DynamoDb table = TestTable.open();

  @Test
  void an_item_expires_after_a_year() {
    var id = UUID.randomUUID();

    table.feedback().add(new Feedback(id, "hello", new Email("ada@example.com"), NOON));

    assertThat(stored(id))
        .isEqualTo(
            Map.of(
                "PK", AttributeValue.fromS("FEEDBACK#2126-11"),
                "SK", AttributeValue.fromS(id.toString()),
                "message", AttributeValue.fromS("hello"),
                "email", AttributeValue.fromS("ada@example.com"),
                "created_at", AttributeValue.fromS("2126-11-30T12:00:00.000000000Z"),
                "expires_at", AttributeValue.fromN("4983249600")));
  }

  // An item may have 400 KB; a page of the audit's scan ends after 1 MB.
  @Test
  void the_largest_item_has_21_kilobytes() {
    var id = UUID.randomUUID();
    var longest = "a".repeat(242) + "@example.com";

    table.feedback().add(new Feedback(id, "\uD83D\uDE00".repeat(5000), new Email(longest), NOON));

    var bytes =
        stored(id).entrySet().stream()
            .mapToInt(it -> it.getKey().length() + text(it.getValue()).getBytes(UTF_8).length)
            .sum();
    assertThat(longest).hasSize(254);
    assertThat(bytes).isBetween(20_000, 21_000);
  }

  private static Map<String, AttributeValue> stored(UUID id) {
    return TestTable.client()
        .getItem(
            get -> get.tableName(TestTable.NAME).key(Keys.item("FEEDBACK#2126-11", id.toString())))
        .item();
  }

  private static String text(AttributeValue value) {
    return value.s() == null ? value.n() : value.s();
  }
}
