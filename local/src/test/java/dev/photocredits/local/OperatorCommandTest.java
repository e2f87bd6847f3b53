package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.lambda.Environment;
import dev.photocredits.operator.PhotoCredits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the operators' commands on the data of a local run. */
final class OperatorCommandTest {
  private static final String[] GRANT = {
    "grant",
    "--email=ada@example.com",
    "--credits=5",
    "--expires=2126-12-31",
    "--reason=an outage",
    "--actor=eve",
    "--yes"
  };

  @TempDir private Path data;

  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @Test
  void a_system_that_is_not_running_is_changed_in_its_folder() throws IOException {
    createTable();

    assertThat(run(GRANT)).isZero();

    assertThat(output.toString(UTF_8)).endsWith("\nada@example.com now has 5 credits.\n");
    try (var lock = DataDir.open(data)) {
      assertThat(lock.folder()).isEqualTo(data);
      assertThatThrownBy(() -> run(GRANT))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("is in use by another run");
    }
  }

  @Test
  void a_user_is_erased_in_the_folder() {
    createTable();
    assertThat(run(GRANT)).isZero();

    assertThat(run("erase", "--email=ada@example.com", "--yes")).isZero();

    assertThat(output.toString(UTF_8)).contains("\nErased.\n");
    assertThat(run("audit")).isZero();
  }

  @Test
  void the_digest_of_a_user_stays_the_same_and_is_that_of_the_running_system() {
    createTable();
    assertThat(run("digest", "--email=ada@example.com")).isZero();
    var digest = output.toString(UTF_8);
    output.reset();
    var running =
        Map.of("DATA_DIR", data.toString(), "AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1");

    assertThat(with(running, "digest", "--email=ada@example.com")).isZero();

    assertThat(output.toString(UTF_8)).isEqualTo(digest).hasSize(17);
  }

  @Test
  void a_table_elsewhere_does_not_get_the_key_of_the_folder() {
    assertThat(DigestKeyFile.in(data)).isNotEmpty();
    var stack =
        Map.of(
            "DATA_DIR",
            data.toString(),
            "AWS_ENDPOINT_URL_DYNAMODB",
            "https://dynamodb.eu-central-1.amazonaws.com");

    assertThat(with(stack, "digest", "--email=ada@example.com")).isEqualTo(2);

    assertThat(output.toString(UTF_8)).startsWith("This command needs the digest key.");
  }

  @Test
  void a_folder_without_data_is_an_error() {
    assertThatThrownBy(() -> run("audit"))
        .isInstanceOf(StartupFailure.class)
        .hasMessageStartingWith("There is no data in " + data + ". Set DATA_DIR ");
  }

  @Test
  void a_system_in_use_is_reached_at_its_endpoint() {
    try (var emulator = LocalDynamoDb.inMemory()) {
      emulator.createTable("given");

      var code =
          with(
              Map.of(
                  "AWS_ENDPOINT_URL_DYNAMODB",
                  emulator.endpoint().toString(),
                  "TABLE_NAME",
                  "given"),
              "audit");

      assertThat(code).isZero();
    }
  }

  private int run(String... args) {
    return with(Map.of("DATA_DIR", data.toString()), args);
  }

  private int with(Map<String, String> variables, String... args) {
    var out = new PrintStream(output);
    return OperatorCommand.with(
        variables,
        settings -> PhotoCredits.run(new Environment(settings), out, out, _ -> false, args));
  }

  private void createTable() {
    try (var emulator = LocalDynamoDb.at(data.resolve("dynamodb"))) {
      emulator.createTable("photo-credits");
    }
  }
}
