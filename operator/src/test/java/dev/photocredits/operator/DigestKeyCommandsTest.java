package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.aws.FakeSecretsManager;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.TestDigestKey;
import dev.photocredits.values.Email;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands do with the digest key, and without it. */
final class DigestKeyCommandsTest {
  private static final String ADA = "ada@example.com";
  private static final String ARN = "arn:aws:secretsmanager:us-east-1:1:secret:DigestKey-1-a";

  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final FakeSecretsManager secretsManager = new FakeSecretsManager();
  private TestTerminal terminal;

  @BeforeEach
  void start() {
    system.createTable("photo-credits");
    terminal =
        new TestTerminal(system.endpoint())
            .without("DIGEST_KEY")
            .with("DIGEST_SECRET_ID", ARN)
            .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", secretsManager.address().toString());
    secretsManager.put(ARN, "{\"DIGEST_KEY\":\"" + TestDigestKey.TEXT + "\"}");
  }

  @AfterEach
  void end() {
    secretsManager.close();
    system.close();
  }

  @Test
  void digest_prints_the_user_of_log_lines() {
    assertThat(terminal.run("digest", "--email= Ada@example.com ")).isZero();

    assertThat(terminal.output()).isEqualTo(Log.user(TestDigestKey.KEY, new Email(ADA)) + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", ""})
  void a_malformed_key_is_one_sentence(String key) {
    secretsManager.put(ARN, "{\"DIGEST_KEY\":\"" + key + "\"}");

    assertThat(terminal.run("digest", "--email=" + ADA)).isEqualTo(2);

    assertThat(terminal.errors())
        .isEqualTo(
            key.isEmpty()
                ? "The setting DIGEST_KEY is missing.\n"
                : "The setting DIGEST_KEY must be 64 letters and digits.\n");
  }

  @Test
  void a_key_that_may_not_be_read_is_one_sentence_with_the_permission() {
    secretsManager.refuses("AccessDeniedException");

    assertThat(terminal.run("digest", "--email=" + ADA)).isEqualTo(2);

    assertThat(terminal.errors())
        .contains("Secrets Manager", "secretsmanager:GetSecretValue")
        .hasLineCount(1);
  }

  @Test
  void without_its_setting_a_command_says_what_to_set_and_changes_nothing() {
    var _ =
        terminal
            .without("DIGEST_SECRET_ID")
            .with("WELCOME_CREDITS", "2")
            .with("BUCKET_NAME", "any");
    var _ = terminal.with("AWS_ENDPOINT_URL_S3", system.endpoint().toString());

    assertThat(grant(ADA)).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo(
            "This command needs the digest key. Set DIGEST_SECRET_ID to the output DigestSecretId"
                + " of the stack.\n");
    assertThat(terminal.run("erase", "--email=" + ADA, "--yes")).isEqualTo(2);
    assertThat(terminal.errors()).startsWith("This command needs the digest key.");

    assertThat(terminal.run("audit")).isZero();
    assertThat(terminal.output()).isEqualTo("Accounts audited: 0, discrepancies: 0\n");
  }

  @Test
  void a_grant_needs_the_key_only_if_new_accounts_get_welcome_credits() {
    var _ = terminal.without("DIGEST_SECRET_ID");
    assertThat(grant(ADA)).isZero();
    assertThat(terminal.output()).endsWith("ada@example.com now has 5 credits.\n");

    var _ = terminal.with("DIGEST_SECRET_ID", ARN).with("WELCOME_CREDITS", "2");
    assertThat(grant("bob@example.com")).isZero();

    assertThat(terminal.output()).endsWith("bob@example.com now has 7 credits.\n");
  }

  private int grant(String email) {
    return terminal.run(
        "grant",
        "--email=" + email,
        "--credits=5",
        "--expires=2126-12-31",
        "--reason=an outage",
        "--actor=eve",
        "--yes");
  }

  @Test
  void the_doctor_checks_the_key() {
    var _ = terminal.without("TABLE_NAME").without("AWS_ENDPOINT_URL_DYNAMODB");

    assertThat(terminal.run("doctor")).isZero();
    assertThat(terminal.output()).contains("ok       the digest key has the form of one\n");

    secretsManager.put(ARN, "{\"DIGEST_KEY\":\"short\"}");
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains("problem  the setting DIGEST_KEY must be 64 letters and digits: restore it")
        .doesNotContain("short");

    assertThat(terminal.with("DIGEST_SECRET_ID", "arn:other").run("doctor")).isEqualTo(1);
    assertThat(terminal.output()).contains("problem  there is no secret arn:other: set ");

    assertThat(terminal.without("DIGEST_SECRET_ID").run("doctor")).isZero();
    assertThat(terminal.output()).contains("skipped  the digest key: set DIGEST_SECRET_ID to ");
  }
}
