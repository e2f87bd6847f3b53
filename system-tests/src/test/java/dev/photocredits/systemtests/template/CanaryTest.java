package dev.photocredits.systemtests.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.emulators.Template;
import dev.photocredits.lambda.Environment;
import dev.photocredits.local.LocalSystem;
import dev.photocredits.local.gateway.LambdaFunction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls by which schedules of the template keep the functions active. */
final class CanaryTest {
  private final ObjectMapper json = new ObjectMapper();
  private final TransformedTemplate template = TransformedTemplate.read();

  @TempDir Path data;

  @Test
  void every_function_is_called_by_the_canary_or_by_a_task() {
    var called = new ArrayList<String>();
    template
        .ofType("AWS::Events::Rule")
        .values()
        .forEach(
            rule ->
                rule.path("Targets").forEach(target -> called.add(target.at("/Arn/Ref").asText())));

    assertThat(called)
        .containsAll(
            Template.find().functions().stream().map(it -> it.name() + "Aliaslive").toList());
  }

  @Test
  void a_call_changes_nothing_and_does_not_fail() throws Exception {
    var answers = new TreeMap<String, String>();
    try (var system = LocalSystem.start(Map.of("PORT", "0", "DATA_DIR", data.toString()))) {
      for (var rule : template.ofType("AWS::Events::Rule").entrySet()) {
        if (!rule.getKey().endsWith("CanaryCalls")) {
          continue;
        }
        for (var target : rule.getValue().path("Targets")) {
          var name = target.at("/Arn/Ref").asText().replace("Aliaslive", "");
          var answer = call(system, name, target.path("Input").asText());
          answers.put(name, answer);
        }
      }
    }

    assertThat(answers)
        .containsOnly(
            Map.entry("HealthFunction", "200"),
            Map.entry("CreditsFunction", "200"),
            Map.entry("WebhookFunction", "400"),
            Map.entry("FeedbackFunction", "422"),
            Map.entry("CheckoutFunction", "401"),
            Map.entry("GenerationFunction", "401"),
            Map.entry("WorkerFunction", "nothing"));
  }

  /** The status of the answer, or the outcome of a function without a caller. */
  private String call(LocalSystem system, String name, String event) throws Exception {
    var declared =
        Template.find().functions().stream()
            .filter(function -> function.name().equals(name))
            .findFirst()
            .orElseThrow();
    var variables = new HashMap<>(system.variables(name));
    variables.put("AUTH_MODE", "jwt");
    var function = LambdaFunction.create(declared, new Environment(variables), line -> {});
    var answer = json.readTree(function.call(event.getBytes(UTF_8), "canary"));
    return answer.has("statusCode")
        ? answer.path("statusCode").asText()
        : answer.path("outcome").asText();
  }
}
