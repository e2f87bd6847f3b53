package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.credits.Identity;
import dev.photocredits.credits.Ledger;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.values.Email;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of {@code photo-credits rebind}. */
final class RebindCommandTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final String ISSUER = "https://issuer.example";
  private static final Identity OLD = Identity.of(ISSUER, "old");
  private static final Identity NEW = Identity.of(ISSUER, "new");

  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final TestTerminal terminal = new TestTerminal(system.endpoint());

  @BeforeEach
  void table() {
    system.createTable("photo-credits");
    var _ = ledger().create(ADA, null, TestTerminal.NOON);
    var _ = ledger().bind(ADA, OLD, TestTerminal.NOON);
  }

  @AfterEach
  void end() {
    system.close();
  }

  @Test
  void an_account_is_bound_to_another_sign_in() {
    assertThat(rebind("--issuer=" + ISSUER, "--subject=new", "--yes")).isZero();

    assertThat(terminal.output())
        .isEqualTo(
            "ada@example.com: bound to identity %s.\nada@example.com is bound to identity %s.\n"
                .formatted(OLD.digest(), NEW.digest()));
    assertThat(ledger().find(ADA).orElseThrow().identity()).contains(NEW);
  }

  @Test
  void a_released_account_is_bound_by_the_next_sign_in() {
    assertThat(rebind("--clear", "--yes")).isZero();

    assertThat(terminal.output())
        .endsWith("ada@example.com is bound to no identity; the next sign-in binds it.\n");
    assertThat(ledger().bind(ADA, NEW, TestTerminal.NOON)).isEqualTo(NEW);
  }

  @Test
  void a_repeat_changes_nothing() {
    assertThat(rebind("--issuer=" + ISSUER, "--subject=new", "--yes")).isZero();

    assertThat(rebind("--issuer=" + ISSUER, "--subject=new", "--yes")).isZero();

    assertThat(terminal.output()).endsWith(" Nothing was changed.\n");
    assertThat(records()).hasSize(1);
  }

  @Test
  void who_changed_it_and_why_is_recorded() {
    assertThat(rebind("--clear", "--yes")).isZero();

    assertThat(records())
        .singleElement()
        .asString()
        .contains("S=eve", "S=lost the old one", "S=" + OLD.digest());
  }

  @Test
  void without_a_confirmation_nothing_changes() {
    var questions = new ArrayList<String>();
    var _ = terminal.answering(question -> !questions.add(question));

    assertThat(rebind("--clear")).isEqualTo(1);

    assertThat(questions)
        .containsExactly("Give this account to the next sign-in with this address?");
    assertThat(terminal.output())
        .endsWith("Nothing was changed. To bind the account without a question, use --yes.\n");
    assertThat(ledger().find(ADA).orElseThrow().identity()).contains(OLD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--issuer=https://i",
        "--subject=new",
        "--clear --subject=new",
        "--issuer=https://i --subject=new --clear"
      })
  void it_must_be_clear_who_gets_the_account(String target) {
    assertThat(rebind(target.isEmpty() ? new String[0] : target.split(" "))).isEqualTo(2);

    assertThat(terminal.errors())
        .isEqualTo(
            "Name the new sign-in with --issuer and --subject, or release the account with"
                + " --clear.\n");
    assertThat(ledger().find(ADA).orElseThrow().identity()).contains(OLD);
  }

  @Test
  void an_address_without_an_account_is_reported() {
    assertThat(
            terminal.run(
                "rebind", "--email=eve@example.com", "--clear", "--reason=x", "--actor=eve"))
        .isEqualTo(1);

    assertThat(terminal.output())
        .isEqualTo("eve@example.com has no account. Nothing was changed.\n");
  }

  private int rebind(String... options) {
    var all = new ArrayList<>(List.of("rebind", "--email=ada@example.com"));
    all.addAll(List.of("--reason=lost the old one", "--actor=eve"));
    all.addAll(List.of(options));
    return terminal.run(all.toArray(String[]::new));
  }

  private Ledger ledger() {
    return DynamoDb.open(AwsAccess.of(terminal.environment()), "photo-credits").ledger();
  }

  private List<String> records() {
    try (var client = system.client()) {
      return client.scan(scan -> scan.tableName("photo-credits")).items().stream()
          .map(Object::toString)
          .filter(item -> item.contains("BINDING#"))
          .toList();
    }
  }
}
