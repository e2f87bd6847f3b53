package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

/** {@code make grant} and {@code make adjust}: what they say and do, and when they do nothing. */
final class FavourCommandsTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-28T12:00:00Z"));

  @TempDir private Path data;

  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeEach
  void table() {
    system.createTable("photo-credits");
  }

  @AfterEach
  void end() {
    system.close();
  }

  @Test
  void credits_are_given_to_somebody_new_until_the_end_of_a_day() {
    assertThat(grant()).isTrue();

    assertThat(said())
        .isEqualTo(
            "Gave ada@example.com 5 credits until 2027-01-01T00:00:00Z. The same again gives"
                + " nothing: that takes AGAIN=1, or another REASON.\n");
    assertThat(items())
        .contains("S=Promotion: an outage", "S=eve", "2027-01-01T00:00:00.000000000Z#", "expiring");
    assertThat(audit()).isEqualTo("1 accounts audited, 0 discrepancies\n");
  }

  @Test
  void the_same_again_gives_nothing_unless_it_is_meant() {
    assertThat(grant()).isTrue();
    assertThat(said()).startsWith("Gave ada@example.com 5 credits");

    assertThat(grant("ACTOR", "bob")).isTrue();
    assertThat(said())
        .isEqualTo(
            "ada@example.com was given 5 credits until 2027-01-01T00:00:00Z for that reason before."
                + " Nothing was done; AGAIN=1 gives them once more.\n");
    assertThat(grant("AGAIN", "1")).isTrue();
    assertThat(said()).startsWith("Gave ada@example.com 5 credits");
    assertThat(grant("REASON", "another outage")).isTrue();
    assertThat(said()).startsWith("Gave ada@example.com 5 credits");

    assertThat(adjust("-16")).isFalse();
    assertThat(saidOfIt())
        .isEqualTo("ada@example.com has 15 credits, which is too few. Nothing was done.\n");
  }

  @Test
  void nobody_has_more_than_twenty_grants_that_expire() {
    for (var i = 0; i < 20; i++) {
      assertThat(grant("REASON", "outage " + i)).isTrue();
    }
    var _ = said();

    assertThat(grant("REASON", "one more")).isFalse();

    assertThat(said())
        .isEqualTo(
            "ada@example.com has 20 grants that expire, and can have no more. Nothing was done.\n");
  }

  @Test
  void a_balance_goes_up_and_down_and_the_actor_is_kept() {
    assertThat(adjust("5")).isFalse();
    assertThat(saidOfIt()).isEqualTo("ada@example.com has no account. Nothing was done.\n");
    assertThat(grant("EXPIRES", "2026-11-28T12:00:01Z")).isTrue();
    var _ = said();

    assertThat(adjust("4")).isTrue();
    assertThat(saidOfIt()).isEqualTo("ada@example.com has got 4 credits.\n");
    assertThat(adjust("-7")).isTrue();
    assertThat(saidOfIt()).isEqualTo("ada@example.com has lost 7 credits.\n");

    assertThat(items()).contains("S=Adjustment: an outage", "N=-7", "S=eve");
    assertThat(audit()).isEqualTo("1 accounts audited, 0 discrepancies\n");
  }

  @Test
  void an_address_without_an_account_gets_one_only_if_that_is_confirmed() {
    for (var answer : List.of("", "no", "1")) {
      assertThat(grant("CONFIRM", answer)).isFalse();

      assertThat(said())
          .isEqualTo(
              "ada@example.com has no account; is it spelled right? Nothing was done; CONFIRM=yes"
                  + " opens one.\n");
      assertThat(items()).isEqualTo("[]");
    }
    assertThat(grant()).isTrue();
    assertThat(grant("CONFIRM", "", "REASON", "another outage")).isTrue();
    assertThat(items()).contains("S=Promotion: an outage", "S=Promotion: another outage");
  }

  @Test
  void an_adjustment_may_be_repeated_with_the_id_that_it_printed() {
    assertThat(grant()).isTrue();
    var _ = said();
    assertThat(adjust("-3")).isTrue();
    var id = said().substring("ID=".length(), "ID=".length() + 36);

    assertThat(adjust("-3", "ID", id, "ACTOR", "bob")).isTrue();

    assertThat(said())
        .startsWith("ID=" + id + " repeats ")
        .endsWith("ada@example.com has lost 3 credits.\n");
    assertThat(adjust("2")).isTrue();
    assertThat(balance()).isEqualTo("4");
  }

  @Test
  void the_id_of_another_adjustment_is_refused() {
    assertThat(grant()).isTrue();
    assertThat(grant("EMAIL", "bob@example.com")).isTrue();
    var _ = said();
    assertThat(adjust("-3")).isTrue();
    var id = said().substring("ID=".length(), "ID=".length() + 36);

    for (var repeated :
        List.of(
            adjust("-2", "ID", id),
            adjust("3", "ID", id),
            adjust("-3", "ID", id, "REASON", "another outage"),
            adjust("-3", "ID", id, "EMAIL", "bob@example.com"))) {
      assertThat(repeated).isFalse();
    }

    assertThat(said().lines().filter(line -> !line.startsWith("ID=")))
        .hasSize(4)
        .allMatch(
            line ->
                line.endsWith(
                    "@example.com was not adjusted: that ID belongs to a transaction of another"
                        + " user, change or reason. Nothing was done; leave out ID for a new"
                        + " adjustment."));
    assertThat(balance()).isEqualTo("2");
  }

  /** The first user's. */
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
  void a_system_that_is_not_running_is_reached_in_its_folder() throws IOException {
    try (var engine = LocalDynamoDb.at(data.resolve("dynamodb"))) {
      engine.createTable("photo-credits");
    }

    assertThat(grantInTheFolder()).isTrue();

    assertThat(said()).startsWith("Gave ada@example.com 5 credits");
    try (var lock = DataDir.open(data)) {
      assertThat(lock.folder()).isEqualTo(data);
      assertThatThrownBy(this::grantInTheFolder)
          .isInstanceOf(CannotStart.class)
          .hasMessageContaining("is in use by another run");
    }
  }

  @Test
  void what_it_cannot_begin_with_is_named() {
    for (var wrong :
        List.of(
            List.of("EMAIL", "ada", "EMAIL must be an e-mail address"),
            List.of("CREDITS", "", "CREDITS must say how many"),
            List.of("CREDITS", "-1", "CREDITS must be a whole number from 1 to 100000"),
            List.of("REASON", " ", "REASON must have 1 to 200 characters"),
            List.of("REASON", "x".repeat(201), "REASON must have 1 to 200 characters"),
            List.of("ACTOR", "", "ACTOR must have 1 to 200 characters"),
            List.of("EXPIRES", "", "EXPIRES must be a day such as"),
            List.of("EXPIRES", "31.12.2026", "EXPIRES must be a day such as"),
            List.of("EXPIRES", "2026-11-27", "EXPIRES must be in the future"))) {
      assertThatThrownBy(() -> grant(wrong.get(0), wrong.get(1)))
          .isInstanceOf(CannotStart.class)
          .hasMessageStartingWith(wrong.get(2));
    }
    for (var wrong :
        List.of(
            "1", "0194fdc2-fa2f-4cc0-81d3-ff12045b73c8", "0194FDC2-FA2F-7CC0-81D3-FF12045B73C8")) {
      assertThatThrownBy(() -> adjust("3", "ID", wrong))
          .isInstanceOf(CannotStart.class)
          .hasMessageStartingWith("ID must be one that an earlier adjustment printed");
    }
    for (var nothing : List.of("", "0")) {
      assertThatThrownBy(() -> adjust(nothing))
          .isInstanceOf(CannotStart.class)
          .hasMessageStartingWith("CREDITS must say by how many");
    }
    assertThat(items()).isEqualTo("[]");
    assertThatThrownBy(this::grantInTheFolder)
        .isInstanceOf(CannotStart.class)
        .hasMessageStartingWith("There is no data in ");
  }

  private boolean grant(String... other) {
    return GrantCommand.run(settings(other), CLOCK, new PrintStream(said));
  }

  private boolean grantInTheFolder() {
    var settings = settings("DATA_DIR", data.toString());
    settings.remove("AWS_ENDPOINT_URL_DYNAMODB");
    return GrantCommand.run(settings, CLOCK, new PrintStream(said));
  }

  private boolean adjust(String credits, String... other) {
    var settings = settings(other);
    settings.put("CREDITS", credits);
    return AdjustCommand.run(settings, CLOCK, new PrintStream(said));
  }

  /** What was said behind the line that tells the id. */
  private String saidOfIt() {
    var lines = said().split("\n", 2);
    assertThat(lines[0]).matches("ID=[0-9a-f-]{36} repeats this adjustment safely, if it .*");
    return lines[1];
  }

  /** What a favour of five credits needs, some settings perhaps being others. */
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

  private String said() {
    var text = said.toString(UTF_8);
    said.reset();
    return text;
  }

  private String audit() {
    assertThat(AuditCommand.run(settings(), new PrintStream(said))).isTrue();
    return said().replaceFirst("(?s).*\n(?=.)", "");
  }

  private String items() {
    try (var client = system.client()) {
      return client.scan(scan -> scan.tableName("photo-credits")).items().toString();
    }
  }
}
