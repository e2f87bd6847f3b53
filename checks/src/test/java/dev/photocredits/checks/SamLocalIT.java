package dev.photocredits.checks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.local.LocalSystem;
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

/** {@code make sam-invoke}: what {@code sam build} made, run by {@code sam local invoke}. */
final class SamLocalIT implements AnswersContract {
  private static final String HERE = "//127.0.0.1:";
  private static final String FROM_A_CONTAINER = "//host.docker.internal:";

  @TempDir static Path folder;

  private static LocalSystem system;
  private static DockerDoor door;

  @BeforeAll
  static void start() throws IOException {
    system = LocalSystem.start(Map.of("PORT", "0", "DATA_DIR", folder.resolve("data").toString()));
    door = DockerDoor.open(system.parts().stream().map(part -> part.address().getPort()).toList());
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
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
        .forEach((name, value) -> variables.put(name, value.replace(HERE, FROM_A_CONTAINER)));
    return invoke(function, event, variables);
  }

  private static JsonNode invoke(String function, JsonNode event, Map<String, String> variables)
      throws IOException, InterruptedException {
    var log = folder.resolve(function + ".log");
    var builder =
        new ProcessBuilder(
                Project.root().resolve(".venv/sam/bin/sam").toString(),
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
                "Architecture=" + Emulator.architecture(),
                "--add-host",
                "host.docker.internal:host-gateway")
            .directory(Project.root().toFile())
            .redirectError(log.toFile());
    var process = builder.start();
    process.getOutputStream().close();
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    var answer = said.lines().filter(line -> line.startsWith("{")).reduce((_, last) -> last);
    if (process.waitFor() != 0 || answer.isEmpty() || answer.get().contains("\"errorMessage\"")) {
      throw new AssertionError(function + ": " + said + Files.readString(log));
    }
    return JSON.readTree(answer.get());
  }

  // SAM hands on only what the template declares, and ours does not declare where AWS is.
  private static Path templateThatDeclares(Map<String, String> variables) throws IOException {
    var built = Project.root().resolve(".aws-sam/build");
    var template = Files.readString(built.resolve("template.yaml"));
    var globals = "Environment:\n      Variables:\n";
    if (!template.contains(globals)) {
      throw new IOException("sam build has written Globals in another way: " + built);
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
