package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.LocalDynamoDb;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Tests of {@code photo-credits grant} and {@code photo-credits adjust}. */
final class BalanceCommandsTest {
  private static final String ID = "The id of this adjustment is ";

  /** Instead of a value: leaves the option out. */
  private static final String OMITTED = "(omitted)";

  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final TestTerminal terminal = new TestTerminal(system.endpoint());

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
    assertThat(grant()).isZero();

    assertThat(terminal.output())
        .isEqualTo(
            """
            Granted ada@example.com 5 credits until 2027-01-01T00:00:00Z. To grant the same again, \
            use --again or another --reason.
            ada@example.com now has 5 credits.
            """);
    assertThat(items())
        .contains("S=Promotion: an outage", "S=eve", "2027-01-01T00:00:00.000000000Z#", "expiring");
    assertThat(audit()).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  @Test
  void a_repeated_grant_changes_nothing_unless_again_is_given() {
    assertThat(grant()).isZero();
    assertThat(terminal.output()).startsWith("Granted ada@example.com 5 credits");

    assertThat(grant("--actor", "bob")).isZero();
    assertThat(terminal.output())
        .isEqualTo(
            """
            ada@example.com was already granted 5 credits until 2027-01-01T00:00:00Z for this \
            reason. Nothing was changed. To grant them again, use --again.
            ada@example.com now has 5 credits.
            """);
    assertThat(grant("--again", "")).isZero();
    assertThat(terminal.output()).endsWith("\nada@example.com now has 10 credits.\n");
    assertThat(grant("--reason", "another outage")).isZero();
    assertThat(terminal.output()).endsWith("\nada@example.com now has 15 credits.\n");

    assertThat(adjust("-16")).isEqualTo(1);
    assertThat(outputAfterId())
        .isEqualTo("ada@example.com has only 15 credits available. Nothing was changed.\n");
  }

  @Test
  void a_user_has_at_most_twenty_unexpired_grants() {
    for (var i = 0; i < 20; i++) {
      assertThat(grant("--reason", "outage " + i)).isZero();
    }
    var _ = terminal.output();

    assertThat(grant("--reason", "one more")).isEqualTo(1);

    assertThat(terminal.output())
        .startsWith(
            "ada@example.com already has 20 unexpired grants, which is the maximum. Nothing was"
                + " changed.\n");
  }

  @Test
  void a_balance_is_adjusted_up_and_down_and_the_actor_is_stored() {
    assertThat(adjust("5")).isEqualTo(1);
    assertThat(outputAfterId()).isEqualTo("ada@example.com has no account. Nothing was changed.\n");
    assertThat(grant("--expires", "2026-11-28T12:00:01Z")).isZero();
    var _ = terminal.output();

    assertThat(adjust("+4")).isZero();
    assertThat(outputAfterId())
        .isEqualTo("Added 4 credits to ada@example.com.\nada@example.com now has 9 credits.\n");
    assertThat(adjust("-7")).isZero();
    assertThat(outputAfterId())
        .isEqualTo("Removed 7 credits from ada@example.com.\nada@example.com now has 2 credits.\n");

    assertThat(items()).contains("S=Adjustment: an outage", "N=-7", "S=eve");
    assertThat(audit()).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  @Test
  void without_an_actor_the_name_of_the_shells_user_is_stored() {
    var code = terminal.with("USER", "mallory").run(grantArgs("--actor", OMITTED));

    assertThat(code).isZero();
    assertThat(items()).contains("S=mallory");
  }

  @Test
  void an_account_is_opened_only_if_confirmed() {
    assertThat(grant("--yes", OMITTED)).isEqualTo(1);
    assertThat(terminal.output())
        .isEqualTo(
            "ada@example.com has no account. Nothing was changed. Check the address; to open an"
                + " account for it without a question, use --yes.\n");
    assertThat(items()).isEqualTo("[]");

    var asked = new ArrayList<String>();
    assertThat(terminal.answering(asked::add).run(grantArgs("--yes", OMITTED))).isZero();

    assertThat(asked).containsExactly("ada@example.com has no account. Open one?");
    assertThat(grant("--yes", OMITTED, "--reason", "another outage")).isZero();
    assertThat(asked).hasSize(1);
    assertThat(items()).contains("S=Promotion: an outage", "S=Promotion: another outage");
  }

  @Test
  void an_adjustment_can_be_repeated_with_the_id_that_it_printed() {
    assertThat(grant()).isZero();
    var _ = terminal.output();
    assertThat(adjust("-3")).isZero();
    var id = terminal.output().substring(ID.length(), ID.length() + 36);

    assertThat(adjust("-3", "--id", id, "--actor", "bob")).isZero();

    assertThat(terminal.output())
        .startsWith(ID + id + ".")
        .endsWith("Removed 3 credits from ada@example.com.\nada@example.com now has 2 credits.\n");
    assertThat(adjust("2")).isZero();
    assertThat(balance()).isEqualTo("4");
  }

  @Test
  void the_id_of_another_adjustment_is_rejected() {
    assertThat(grant()).isZero();
    assertThat(grant("--email", "bob@example.com")).isZero();
    var _ = terminal.output();
    assertThat(adjust("-3")).isZero();
    var id = terminal.output().substring(ID.length(), ID.length() + 36);

    for (var repeated :
        List.of(
            adjust("-2", "--id", id),
            adjust("3", "--id", id),
            adjust("-3", "--id", id, "--reason", "another outage"),
            adjust("-3", "--id", id, "--email", "bob@example.com"))) {
      assertThat(repeated).isEqualTo(1);
    }

    assertThat(terminal.output().lines().filter(line -> !line.startsWith(ID)))
        .hasSize(4)
        .allMatch(
            line ->
                line.endsWith(
                    "@example.com was not adjusted: the id belongs to a transaction with another"
                        + " user, amount or reason. Nothing was changed. Leave out --id for a new"
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
  void a_missing_or_wrong_option_is_an_error_of_one_sentence() {
    for (var wrong :
        List.of(
            List.of("--email", "ada", "--email must be an e-mail address"),
            List.of("--credits", "", "--credits must be a whole number from 1 to 100000"),
            List.of("--credits", "-1", "--credits must be a whole number from 1 to 100000"),
            List.of("--reason", " ", "--reason must have 1 to 200 characters"),
            List.of("--reason", "x".repeat(201), "--reason must have 1 to 200 characters"),
            List.of("--actor", "", "--actor must have 1 to 200 characters"),
            List.of("--expires", "", "--expires must be a date such as"),
            List.of("--expires", "31.12.2026", "--expires must be a date such as"),
            List.of("--expires", "2026-11-27", "--expires must be in the future"))) {
      assertThat(grant(wrong.get(0), wrong.get(1))).isEqualTo(2);
      assertThat(terminal.errors()).startsWith(wrong.get(2)).hasLineCount(1);
    }
    for (var wrong :
        List.of(
            "1", "0194fdc2-fa2f-4cc0-81d3-ff12045b73c8", "0194FDC2-FA2F-7CC0-81D3-FF12045B73C8")) {
      assertThat(adjust("3", "--id", wrong)).isEqualTo(2);
      assertThat(terminal.errors())
          .startsWith("--id must be the id that an earlier adjustment printed");
    }
    assertThat(adjust("0")).isEqualTo(2);
    assertThat(terminal.errors()).startsWith("--credits must be a whole number other than 0");
    assertThat(terminal.run(grantArgs("--credits", OMITTED))).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo(
            "Missing required option: '--credits=N'. For help: photo-credits grant --help.\n");
    assertThat(terminal.without("TABLE_NAME").run(grantArgs())).isEqualTo(2);
    assertThat(terminal.errors()).isEqualTo("The setting TABLE_NAME is missing.\n");
    assertThat(items()).isEqualTo("[]");
  }

  @Test
  void values_are_never_options_or_names_of_files() {
    assertThat(grant("--reason", "@/etc/hostname --help ${env:USER} \"quoted\"")).isZero();

    assertThat(items()).contains("S=Promotion: @/etc/hostname --help ${env:USER} \"quoted\"");
  }

  private int grant(String... other) {
    return terminal.run(grantArgs(other));
  }

  /** The arguments that grant five credits; {@code other} replaces options, or omits them. */
  private static String[] grantArgs(String... other) {
    var options = new LinkedHashMap<>(Map.of("--expires", "2026-12-31", "--yes", ""));
    options.put("--credits", "5");
    return args("grant", options, other);
  }

  private int adjust(String credits, String... other) {
    return terminal.run(args("adjust", Map.of("--credits", credits), other));
  }

  private static String[] args(String command, Map<String, String> own, String... other) {
    var options = new LinkedHashMap<>(own);
    options.put("--email", "Ada@example.com");
    options.put("--reason", "an outage");
    options.put("--actor", "eve");
    for (var i = 0; i < other.length; i += 2) {
      if (other[i + 1].equals(OMITTED)) {
        options.remove(other[i]);
      } else {
        options.put(other[i], other[i + 1]);
      }
    }
    var args = new ArrayList<>(List.of(command));
    options.forEach(
        (name, value) -> {
          var isFlag = name.equals("--yes") || name.equals("--again");
          args.add(isFlag ? name : name + "=" + value);
        });
    return args.toArray(String[]::new);
  }

  /** The output after the line with the id. */
  private String outputAfterId() {
    var lines = terminal.output().split("\n", 2);
    assertThat(lines[0]).matches(ID + "[0-9a-f-]{36}[.] If this fails, .*");
    return lines[1];
  }

  private String audit() {
    var _ = terminal.output();
    assertThat(terminal.run("audit")).isZero();
    return terminal.output();
  }

  private String items() {
    try (var client = system.client()) {
      return client.scan(scan -> scan.tableName("photo-credits")).items().toString();
    }
  }
}
