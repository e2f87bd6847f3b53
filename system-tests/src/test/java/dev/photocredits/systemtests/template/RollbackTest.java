package dev.photocredits.systemtests.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.ProjectFiles;
import dev.photocredits.systemtests.fakes.FakeStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code build/python/rollback.py}, which moves an alias to another version. */
final class RollbackTest {
  @TempDir Path folder;

  private final FakeStack stack = new FakeStack("photo-credits");

  @AfterEach
  void close() {
    stack.close();
  }

  @Test
  void an_inactive_version_is_called_until_it_is_active_before_the_alias_moves() throws Exception {
    stack.addFunction("HealthFunction", 12);
    stack.deactivate("HealthFunction", 7);

    var run = rollback("7");

    assertThat(run)
        .isEqualTo(
            new Run(
                0,
                """
                Version 7 is inactive; activating it.
                HealthFunction: live moved from version 12 to 7.
                """));
    assertThat(stack.changes())
        .hasSize(2)
        .startsWith("called photo-credits-HealthFunction:7")
        .last()
        .asString()
        .contains("\"FunctionVersion\": \"7\"");
  }

  @Test
  void an_active_version_is_not_called() throws Exception {
    stack.addFunction("HealthFunction", 12);

    var run = rollback("11");

    assertThat(run).isEqualTo(new Run(0, "HealthFunction: live moved from version 12 to 11.\n"));
    assertThat(stack.changes()).hasSize(1);
  }

  @Test
  void without_a_version_all_are_listed_and_nothing_changes() throws Exception {
    stack.addFunction("HealthFunction", 12);

    var run = rollback("");

    assertThat(run.status()).isZero();
    assertThat(run.output().lines()).hasSize(12).last().asString().contains("12 live");
    assertThat(stack.changes()).isEmpty();
  }

  @Test
  void something_else_than_a_version_is_rejected() throws Exception {
    var run = rollback("$(true)");

    assertThat(run)
        .isEqualTo(
            new Run(
                1,
                "photo-credits: nothing was rolled back:"
                    + " VERSION must be the number of a version, not '$(true)'.\n"));
  }

  private record Run(int status, String output) {}

  private Run rollback(String version) throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("samconfig.toml"),
        """
        [default.global.parameters]
        stack_name = "photo-credits"

        [default.deploy.parameters]
        region = "eu-central-1"
        """);
    var builder =
        new ProcessBuilder(
            ProjectFiles.root().resolve(".venv/sam/bin/python").toString(),
            ProjectFiles.root().resolve("build/python/rollback.py").toString(),
            "default",
            "HealthFunction",
            version,
            "0");
    builder.directory(folder.toFile());
    var environment = builder.environment();
    environment.clear();
    environment.put("AWS_CONFIG_FILE", folder.resolve("none").toString());
    environment.put("AWS_ACCESS_KEY_ID", "none");
    environment.put("AWS_SECRET_ACCESS_KEY", "none");
    environment.put("AWS_ENDPOINT_URL_CLOUDFORMATION", stack.address().toString());
    environment.put("AWS_ENDPOINT_URL_LAMBDA", stack.address().toString());
    var process = builder.redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), output);
  }
}
