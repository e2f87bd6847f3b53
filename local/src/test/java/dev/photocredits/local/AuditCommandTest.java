package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.StartupFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Tests of {@code make audit}. */
final class AuditCommandTest {
  @TempDir private Path data;

  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @Test
  void consistent_accounts_are_counted() {
    ada(0);

    assertThat(audit()).isTrue();

    assertThat(output.toString(UTF_8)).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  @Test
  void a_balance_without_transactions_is_reported_with_its_owner() {
    ada(7);

    assertThat(audit()).isFalse();

    assertThat(output.toString(UTF_8))
        .isEqualTo(
            """
            DIFFERS  ada@example.com: the balance is 7, but the transactions add up to 0
            Accounts audited: 1, discrepancies: 1
            """);
  }

  @Test
  void a_table_in_use_is_audited_at_its_endpoint() {
    try (var emulator = LocalDynamoDb.inMemory()) {
      emulator.createTable("given");

      var settings =
          Map.of(
              "AWS_ENDPOINT_URL_DYNAMODB", emulator.endpoint().toString(), "TABLE_NAME", "given");

      assertThat(AuditCommand.run(settings, new PrintStream(output))).isTrue();
    }
  }

  @Test
  void a_folder_without_data_and_a_folder_in_use_are_errors() throws IOException {
    assertThatThrownBy(this::audit)
        .isInstanceOf(StartupFailure.class)
        .hasMessageStartingWith("There is no data in ");
    ada(0);

    try (var lock = DataDir.open(data)) {
      assertThat(lock.folder()).isEqualTo(data);
      assertThatThrownBy(this::audit)
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("is in use by another run");
    }
  }

  private boolean audit() {
    return AuditCommand.run(Map.of("DATA_DIR", data.toString()), new PrintStream(output));
  }

  /** Writes a profile with the balance, and no transactions. */
  private void ada(int credits) {
    try (var emulator = LocalDynamoDb.at(data.resolve("dynamodb"));
        var client = emulator.client()) {
      emulator.createTable("photo-credits");
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
