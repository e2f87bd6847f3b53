package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.LocalDynamoDb;
import java.util.HashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Tests of {@code photo-credits audit}. */
final class AuditCommandTest {
  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final TestTerminal terminal = new TestTerminal(system.endpoint());

  @AfterEach
  void end() {
    system.close();
  }

  @Test
  void consistent_accounts_are_counted() {
    ada(0);

    assertThat(terminal.run("audit")).isZero();

    assertThat(terminal.output()).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  @Test
  void a_balance_without_transactions_is_reported_with_its_owner() {
    ada(7);

    assertThat(terminal.run("audit")).isEqualTo(1);

    assertThat(terminal.output())
        .isEqualTo(
            """
            DIFFERS  ada@example.com: the balance is 7, but the transactions add up to 0
            Accounts audited: 1, discrepancies: 1
            """);
  }

  @Test
  void a_missing_setting_and_a_missing_table_are_errors_of_one_sentence() {
    assertThat(terminal.run("audit")).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo("There is no table photo-credits. Check TABLE_NAME and AWS_REGION.\n");

    assertThat(terminal.without("AWS_REGION").run("audit")).isEqualTo(2);
    assertThat(terminal.errors()).isEqualTo("The setting AWS_REGION is missing.\n");
  }

  /** Writes a profile with the balance, and no transactions. */
  private void ada(int credits) {
    try (var client = system.client()) {
      system.createTable("photo-credits");
      var profile = new HashMap<String, AttributeValue>();
      profile.put("PK", AttributeValue.fromS("USER#ada@example.com"));
      profile.put("SK", AttributeValue.fromS("PROFILE"));
      profile.put("credits", AttributeValue.fromN(Integer.toString(credits)));
      profile.put("total_purchased", AttributeValue.fromN("0"));
      profile.put("generations_pending", AttributeValue.fromN("0"));
      profile.put("credits_held", AttributeValue.fromN("0"));
      profile.put("created_at", AttributeValue.fromS("2026-11-25T12:00:00.000000000Z"));
      profile.put("updated_at", AttributeValue.fromS("2026-11-25T12:00:00.000000000Z"));
      var _ = client.putItem(put -> put.tableName("photo-credits").item(profile));
    }
  }
}
