package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code make audit}: what it says, and whether it is content. */
final class AuditCommandTest {
  @TempDir private Path data;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @Test
  void accounts_that_add_up_are_counted() {
    ada(0);

    assertThat(audit()).isTrue();

    assertThat(said.toString(UTF_8)).isEqualTo("1 accounts audited, 0 discrepancies\n");
  }

  @Test
  void a_balance_out_of_nothing_is_named_with_its_owner() {
    ada(7);

    assertThat(audit()).isFalse();

    assertThat(said.toString(UTF_8))
        .isEqualTo(
            """
            DIFFERS  ada@example.com: the balance is 7, and by the entries it is 0
            1 accounts audited, 1 discrepancies
            """);
  }

  @Test
  void a_table_that_is_in_use_is_audited_at_its_address() {
    try (var engine = LocalDynamoDb.inMemory()) {
      engine.createTable("given");

      var settings =
          Map.of("AWS_ENDPOINT_URL_DYNAMODB", engine.endpoint().toString(), "TABLE_NAME", "given");

      assertThat(AuditCommand.run(settings, new PrintStream(said))).isTrue();
    }
  }

  @Test
  void a_folder_without_data_and_one_that_is_in_use_are_told_apart_from_a_clean_one()
      throws IOException {
    assertThatThrownBy(this::audit)
        .isInstanceOf(CannotStart.class)
        .hasMessageStartingWith("There is no data in ");
    ada(0);

    try (var lock = DataDir.open(data)) {
      assertThat(lock.folder()).isEqualTo(data);
      assertThatThrownBy(this::audit)
          .isInstanceOf(CannotStart.class)
          .hasMessageContaining("is in use by another run");
    }
  }

  private boolean audit() {
    return AuditCommand.run(Map.of("DATA_DIR", data.toString()), new PrintStream(said));
  }

  /** A profile with that balance, and no entry. */
  private void ada(int credits) {
    try (var engine = LocalDynamoDb.at(data.resolve("dynamodb"));
        var client = engine.client()) {
      engine.createTable("photo-credits");
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
