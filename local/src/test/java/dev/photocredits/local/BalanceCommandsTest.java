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
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Tests of {@code make grant} and {@code make adjust}. */
final class BalanceCommandsTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-28T12:00:00Z"));

  @TempDir private Path data;

  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @BeforeEach
  void table() {
    system.createTable("photo-credits");
  }

  @AfterEach
  void end() {
    system.close();
  }

  @Test
  void credits_are_granted_to_a_new_user_until_the_end_of_a_day() {
    assertThat(grant()).isTrue();

    assertThat(output())
        .isEqualTo(
            "Granted ada@example.com 5 credits until 2027-01-01T00:00:00Z. To grant the same again,"
                + " set AGAIN=1 or another REASON.\n");
    assertThat(items())
        .contains("S=Promotion: an outage", "S=eve", "2027-01-01T00:00:00.000000000Z#", "expiring");
    assertThat(audit()).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  @Test
  void a_repeated_grant_changes_nothing_unless_again_is_set() {
    assertThat(grant()).isTrue();
    assertThat(output()).startsWith("Granted ada@example.com 5 credits");

    assertThat(grant("ACTOR", "bob")).isTrue();
    assertThat(output())
        .isEqualTo(
            "ada@example.com was already granted 5 credits until 2027-01-01T00:00:00Z for this"
                + " reason. Nothing was changed. To grant them again, set AGAIN=1.\n");
    assertThat(grant("AGAIN", "1")).isTrue();
    assertThat(output()).startsWith("Granted ada@example.com 5 credits");
    assertThat(grant("REASON", "another outage")).isTrue();
    assertThat(output()).startsWith("Granted ada@example.com 5 credits");

    assertThat(adjust("-16")).isFalse();
    assertThat(outputAfterId())
        .isEqualTo("ada@example.com has only 15 credits available. Nothing was changed.\n");
  }

  @Test
  void a_user_has_at_most_twenty_unexpired_grants() {
    for (var i = 0; i < 20; i++) {
      assertThat(grant("REASON", "outage " + i)).isTrue();
    }
    var _ = output();

    assertThat(grant("REASON", "one more")).isFalse();

    assertThat(output())
        .isEqualTo(
            "ada@example.com already has 20 unexpired grants, which is the maximum. Nothing was"
                + " changed.\n");
  }

  @Test
  void a_balance_is_adjusted_up_and_down_and_the_actor_is_stored() {
    assertThat(adjust("5")).isFalse();
    assertThat(outputAfterId()).isEqualTo("ada@example.com has no account. Nothing was changed.\n");
    assertThat(grant("EXPIRES", "2026-11-28T12:00:01Z")).isTrue();
    var _ = output();

    assertThat(adjust("4")).isTrue();
    assertThat(outputAfterId()).isEqualTo("Added 4 credits to ada@example.com.\n");
    assertThat(adjust("-7")).isTrue();
    assertThat(outputAfterId()).isEqualTo("Removed 7 credits from ada@example.com.\n");

    assertThat(items()).contains("S=Adjustment: an outage", "N=-7", "S=eve");
    assertThat(audit()).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  @Test
  void an_account_is_opened_only_if_confirmed() {
    for (var answer : List.of("", "no", "1")) {
      assertThat(grant("CONFIRM", answer)).isFalse();

      assertThat(output())
          .isEqualTo(
              "ada@example.com has no account. Nothing was changed. Check the address; to open an"
                  + " account for it, set CONFIRM=yes.\n");
      assertThat(items()).isEqualTo("[]");
    }
    assertThat(grant()).isTrue();
    assertThat(grant("CONFIRM", "", "REASON", "another outage")).isTrue();
    assertThat(items()).contains("S=Promotion: an outage", "S=Promotion: another outage");
  }

  @Test
  void an_adjustment_can_be_repeated_with_the_id_that_it_printed() {
    assertThat(grant()).isTrue();
    var _ = output();
    assertThat(adjust("-3")).isTrue();
    var id = output().substring("ID=".length(), "ID=".length() + 36);

    assertThat(adjust("-3", "ID", id, "ACTOR", "bob")).isTrue();

    assertThat(output())
        .startsWith("ID=" + id + " identifies ")
        .endsWith("Removed 3 credits from ada@example.com.\n");
    assertThat(adjust("2")).isTrue();
    assertThat(balance()).isEqualTo("4");
  }

  @Test
  void the_id_of_another_adjustment_is_rejected() {
    assertThat(grant()).isTrue();
    assertThat(grant("EMAIL", "bob@example.com")).isTrue();
    var _ = output();
    assertThat(adjust("-3")).isTrue();
    var id = output().substring("ID=".length(), "ID=".length() + 36);

    for (var repeated :
        List.of(
            adjust("-2", "ID", id),
            adjust("3", "ID", id),
            adjust("-3", "ID", id, "REASON", "another outage"),
            adjust("-3", "ID", id, "EMAIL", "bob@example.com"))) {
      assertThat(repeated).isFalse();
    }

    assertThat(output().lines().filter(line -> !line.startsWith("ID=")))
        .hasSize(4)
        .allMatch(
            line ->
                line.endsWith(
                    "@example.com was not adjusted: the ID belongs to a transaction with another"
                        + " user, amount or reason. Nothing was changed. Leave out ID for a new"
                        + " adjustment."));
    assertThat(balance()).isEqualTo("2");
  }

  /** The balance of ada@example.com. */
  private String balance() {
    try (var client = system.client()) {
      var key = Map.of("PK", text("USER#ada@example.com"), "SK", text("PROFILE"));
      var item = client.getItem(r -> r.tableName("photo-credits").key(key)).item();
      return Objects.requireNonNull(item.get("credits")).n();
    }
  }

  private static AttributeValue text(String value) {
    return AttributeValue.fromS(value);
  }

  @Test
  void a_system_that_is_not_running_is_changed_in_its_folder() throws IOException {
    try (var emulator = LocalDynamoDb.at(data.resolve("dynamodb"))) {
      emulator.createTable("photo-credits");
    }

    assertThat(grantInTheFolder()).isTrue();

    assertThat(output()).startsWith("Granted ada@example.com 5 credits");
    try (var lock = DataDir.open(data)) {
      assertThat(lock.folder()).isEqualTo(data);
      assertThatThrownBy(this::grantInTheFolder)
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("is in use by another run");
    }
  }

  @Test
  void a_missing_or_wrong_setting_is_an_error_that_names_it() {
    for (var wrong :
        List.of(
            List.of("EMAIL", "ada", "EMAIL must be an e-mail address"),
            List.of("CREDITS", "", "CREDITS must be a whole number from 1 to 100000"),
            List.of("CREDITS", "-1", "CREDITS must be a whole number from 1 to 100000"),
            List.of("REASON", " ", "REASON must have 1 to 200 characters"),
            List.of("REASON", "x".repeat(201), "REASON must have 1 to 200 characters"),
            List.of("ACTOR", "", "ACTOR must have 1 to 200 characters"),
            List.of("EXPIRES", "", "EXPIRES must be a date such as"),
            List.of("EXPIRES", "31.12.2026", "EXPIRES must be a date such as"),
            List.of("EXPIRES", "2026-11-27", "EXPIRES must be in the future"))) {
      assertThatThrownBy(() -> grant(wrong.get(0), wrong.get(1)))
          .isInstanceOf(StartupFailure.class)
          .hasMessageStartingWith(wrong.get(2));
    }
    for (var wrong :
        List.of(
            "1", "0194fdc2-fa2f-4cc0-81d3-ff12045b73c8", "0194FDC2-FA2F-7CC0-81D3-FF12045B73C8")) {
      assertThatThrownBy(() -> adjust("3", "ID", wrong))
          .isInstanceOf(StartupFailure.class)
          .hasMessageStartingWith("ID must be the ID that an earlier adjustment printed");
    }
    for (var nothing : List.of("", "0")) {
      assertThatThrownBy(() -> adjust(nothing))
          .isInstanceOf(StartupFailure.class)
          .hasMessageStartingWith("CREDITS must be a whole number other than 0");
    }
    assertThat(items()).isEqualTo("[]");
    assertThatThrownBy(this::grantInTheFolder)
        .isInstanceOf(StartupFailure.class)
        .hasMessageStartingWith("There is no data in ");
  }

  private boolean grant(String... other) {
    return GrantCommand.run(settings(other), CLOCK, new PrintStream(output));
  }

  private boolean grantInTheFolder() {
    var settings = settings("DATA_DIR", data.toString());
    settings.remove("AWS_ENDPOINT_URL_DYNAMODB");
    return GrantCommand.run(settings, CLOCK, new PrintStream(output));
  }

  private boolean adjust(String credits, String... other) {
    var settings = settings(other);
    settings.put("CREDITS", credits);
    return AdjustCommand.run(settings, CLOCK, new PrintStream(output));
  }

  /** The output after the line with the id. */
  private String outputAfterId() {
    var lines = output().split("\n", 2);
    assertThat(lines[0]).matches("ID=[0-9a-f-]{36} identifies this adjustment[.] .*");
    return lines[1];
  }

  /** The settings for granting five credits, with {@code other} replacing some of them. */
  private Map<String, String> settings(String... other) {
    var settings =
        new HashMap<>(
            Map.of(
                "AWS_ENDPOINT_URL_DYNAMODB", system.endpoint().toString(),
                "EMAIL", "Ada@example.com",
                "CREDITS", "5",
                "EXPIRES", "2026-12-31",
                "REASON", "an outage",
                "ACTOR", "eve",
                "CONFIRM", "yes"));
    for (var i = 0; i < other.length; i += 2) {
      settings.put(other[i], other[i + 1]);
    }
    return settings;
  }

  private String output() {
    var text = output.toString(UTF_8);
    output.reset();
    return text;
  }

  private String audit() {
    assertThat(AuditCommand.run(settings(), new PrintStream(output))).isTrue();
    return output().replaceFirst("(?s).*\n(?=.)", "");
  }

  private String items() {
    try (var client = system.client()) {
      return client.scan(scan -> scan.tableName("photo-credits")).items().toString();
    }
  }
}
