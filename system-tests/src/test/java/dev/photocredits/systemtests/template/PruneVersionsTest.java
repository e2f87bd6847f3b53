package dev.photocredits.systemtests.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.ProjectFiles;
import dev.photocredits.systemtests.fakes.FakeStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code build/python/prune_versions.py}, the last step of a deployment. */
final class PruneVersionsTest {
  @TempDir Path folder;

  private final FakeStack stack = new FakeStack("photo-credits");

  @AfterEach
  void close() {
    stack.close();
  }

  @Test
  void keeps_the_newest_versions_and_those_that_an_alias_points_to() throws Exception {
    stack.add("Table", "AWS::DynamoDB::Table");
    stack.addFunction("HealthFunction", 3);
    stack.addAlias("HealthFunction", "live", 3, Map.of());
    stack.add("Bucket", "AWS::S3::Bucket");
    stack.addDeletedFunction("MailFunction");
    stack.addFunction("CreditsFunction", 12);
    stack.addAlias("CreditsFunction", "live", 7, Map.of("12", 0.1, "4", 0.2));
    stack.addAlias("CreditsFunction", "before", 6, Map.of());
    stack.addAlias("CreditsFunction", "first", 2, Map.of());

    var run = prune("default", "5");

    assertThat(run)
        .isEqualTo(
            new Run(
                0,
                """
                CreditsFunction: kept 2, 4, 6, 7, 8, 9, 10, 11, 12; deleted 1, 3, 5
                HealthFunction: kept 1, 2, 3; deleted none
                """));
    assertThat(stack.versions("CreditsFunction"))
        .containsExactly("$LATEST", "2", "4", "6", "7", "8", "9", "10", "11", "12");
    assertThat(stack.versions("HealthFunction")).containsExactly("$LATEST", "1", "2", "3");
  }

  @Test
  void another_stack_can_be_named() throws Exception {
    stack.addFunction("HealthFunction", 3);

    var run = prune("prod", "1", "photo-credits");

    assertThat(run).isEqualTo(new Run(0, "HealthFunction: kept 3; deleted 1, 2\n"));
  }

  @Test
  void a_stack_without_functions_has_nothing_to_delete() throws Exception {
    stack.add("Alarms", "AWS::SNS::Topic");

    var run = prune("default", "5");

    assertThat(run)
        .isEqualTo(
            new Run(
                0, "The stack photo-credits has no functions, so there is nothing to delete.\n"));
  }

  @Test
  void a_missing_stack_is_reported() throws Exception {
    var run = prune("prod", "5");

    assertThat(run)
        .isEqualTo(
            new Run(
                1,
                "photo-credits: could not delete old versions:"
                    + " There is no stack photo-credits-production in eu-west-1.\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "five", "$(true)"})
  void a_keep_value_below_one_is_rejected(String keep) throws Exception {
    stack.addFunction("HealthFunction", 3);

    var run = prune("default", keep);

    assertThat(run)
        .isEqualTo(
            new Run(
                1,
                "photo-credits: could not delete old versions:"
                    + " KEEP must be a whole number of at least 1, not '%s'.\n".formatted(keep)));
    assertThat(stack.versions("HealthFunction")).hasSize(4);
  }

  private record Run(int status, String output) {}

  private Run prune(String... arguments) throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("samconfig.toml"),
        """
        [default.global.parameters]
        stack_name = "photo-credits"

        [default.deploy.parameters]
        region = "eu-central-1"

        [prod.deploy.parameters]
        stack_name = "photo-credits-production"
        region = "eu-west-1"
        """);
    var command = new ArrayList<String>();
    command.add(ProjectFiles.root().resolve(".venv/sam/bin/python").toString());
    command.add(ProjectFiles.root().resolve("build/python/prune_versions.py").toString());
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(folder.toFile());
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
