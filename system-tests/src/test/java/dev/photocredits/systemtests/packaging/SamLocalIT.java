package dev.photocredits.systemtests.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.local.LocalSystem;
import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** {@code make sam-invoke}: runs the output of {@code sam build} in {@code sam local invoke}. */
final class SamLocalIT implements RecordedEventsContract {
  private static final String HERE = "//127.0.0.1:";
  private static final String HOST = "host.docker.internal";
  private static final String FROM_CONTAINER = "//" + HOST + ":";

  @TempDir static Path folder;

  private static LocalSystem system;
  private static DockerPortRelay relay;

  @BeforeAll
  static void start() throws IOException {
    system =
        LocalSystem.start(
            Map.of(
                "PORT", "0", "DATA_DIR", folder.resolve("data").toString(), "ALLOWED_HOSTS", HOST));
    relay =
        DockerPortRelay.open(
            system.services().stream().map(service -> service.address().getPort()).toList());
  }

  @AfterAll
  static void stop() throws IOException {
    relay.close();
    system.close();
  }

  @Override
  public LocalSystem system() {
    return system;
  }

  @Override
  public JsonNode answer(String function, JsonNode event) throws IOException, InterruptedException {
    var variables = new HashMap<String, String>();
    variables(function)
        .forEach((name, value) -> variables.put(name, value.replace(HERE, FROM_CONTAINER)));
    return invoke(function, event, variables);
  }

  private static JsonNode invoke(String function, JsonNode event, Map<String, String> variables)
      throws IOException, InterruptedException {
    var log = folder.resolve(function + ".log");
    var builder =
        new ProcessBuilder(
                ProjectFiles.root().resolve(".venv/sam/bin/sam").toString(),
                "local",
                "invoke",
                function,
                "--template",
                templateThatDeclares(variables).toString(),
                "--event",
                json("event", event).toString(),
                "--env-vars",
                json("variables", Map.of(function, variables)).toString(),
                "--parameter-overrides",
                "Architecture=" + LambdaEmulator.architecture(),
                "--add-host",
                HOST + ":host-gateway")
            .directory(ProjectFiles.root().toFile())
            .redirectError(log.toFile());
    var process = builder.start();
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    var answer = output.lines().filter(line -> line.startsWith("{")).reduce((_, last) -> last);
    if (process.waitFor() != 0 || answer.isEmpty() || answer.get().contains("\"errorMessage\"")) {
      throw new AssertionError(function + ": " + output + Files.readString(log));
    }
    return JSON.readTree(answer.get());
  }

  // SAM passes on only declared variables, and the template does not declare AWS endpoints.
  private static Path templateThatDeclares(Map<String, String> variables) throws IOException {
    var built = ProjectFiles.root().resolve(".aws-sam/build");
    var template = Files.readString(built.resolve("template.yaml"));
    var globals = "Environment:\n      Variables:\n";
    if (!template.contains(globals)) {
      throw new IOException("unexpected format of Globals in the template in " + built);
    }
    var declarations =
        new TreeSet<>(variables.keySet())
            .stream().map(name -> "        " + name + ": ''\n").collect(Collectors.joining());
    return Files.writeString(
        built.resolve("template-local.yaml"), template.replace(globals, globals + declarations));
  }

  private static Path json(String name, Object content) throws IOException {
    return Files.write(folder.resolve(name + ".json"), JSON.writeValueAsBytes(content));
  }
}
