package dev.photocredits.systemtests.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.emulators.Template;
import dev.photocredits.local.LocalSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the zips that are deployed in Lambda's runtime. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the emulator runs on Linux only")
final class LambdaEmulatorTest implements RecordedEventsContract {
  @TempDir static Path folder;

  private static final Map<String, LambdaEmulator> RUNNING = new HashMap<>();

  private static LocalSystem system;

  @BeforeAll
  static void start() {
    system = LocalSystem.start(Map.of("PORT", "0", "DATA_DIR", folder.resolve("data").toString()));
  }

  @AfterAll
  static void stop() {
    RUNNING.values().forEach(LambdaEmulator::close);
    system.close();
  }

  @Override
  public LocalSystem system() {
    return system;
  }

  @Override
  public JsonNode answer(String function, JsonNode event) throws IOException, InterruptedException {
    var emulator = running(function);
    var answer = JSON.readTree(emulator.call(JSON.writeValueAsBytes(event)));
    if (answer.has("errorMessage")) {
      throw new AssertionError(answer + "\n" + emulator.log());
    }
    return answer;
  }

  private LambdaEmulator running(String name) throws IOException {
    var emulator = RUNNING.get(name);
    if (emulator == null) {
      var function =
          Template.find().functions().stream()
              .filter(it -> it.name().equals(name))
              .findFirst()
              .orElseThrow();
      var home = Files.createDirectory(folder.resolve(name));
      emulator = LambdaEmulator.start(function, variables(name), home);
      RUNNING.put(name, emulator);
    }
    return emulator;
  }
}
