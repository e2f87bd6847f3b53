package dev.photocredits.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A deployment publishes a version of the functions that it changes, and of no other: a changed
 * setting has to reach the alias, and Lambda refuses to publish what it has published already.
 */
final class VersionsTest {
  /** Lambda's limit on the description of a version. */
  private static final int LONGEST_DESCRIPTION = 256;

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");

  private final TransformedTemplate template = TransformedTemplate.read();

  @Test
  void a_changed_parameter_publishes_every_function_that_it_configures_and_no_other()
      throws Exception {
    var defaults = new HashMap<String, String>();
    var others = new HashMap<String, String>();
    template
        .parameters()
        .forEach(
            (name, parameter) -> {
              defaults.put(name, parameter.path("Default").asText());
              others.put(name, other(name, parameter));
            });

    var changed = TransformedTemplate.changed(others);

    var published = new ArrayList<String>();
    var configured = new ArrayList<String>();
    changed.forEach(
        (parameter, after) -> {
          var values = new HashMap<>(defaults);
          values.put(parameter, others.getOrDefault(parameter, ""));
          for (var function : template.ofType("AWS::Lambda::Function").keySet()) {
            if (!version(template, function, defaults).equals(version(after, function, values))) {
              published.add(function + " by " + parameter);
            }
            if (!configuration(template, function, defaults)
                .equals(configuration(after, function, values))) {
              configured.add(function + " by " + parameter);
            }
          }
        });
    assertThat(configured).hasSizeGreaterThan(40);
    assertThat(published).containsExactlyInAnyOrderElementsOf(configured);
  }

  @Test
  void no_description_of_a_version_can_be_too_long() {
    assertThat(template.ofType("AWS::Lambda::Version"))
        .hasSameSizeAs(Project.functions())
        .allSatisfy(
            (name, version) -> {
              var longest = longest(TransformedTemplate.text(version.path("Description")));
              assertThat(longest)
                  .as(
                      "%s may be described by %d characters, %d more than Lambda takes: bound a parameter",
                      name, longest, longest - LONGEST_DESCRIPTION)
                  .isLessThanOrEqualTo(LONGEST_DESCRIPTION);
            });
  }

  @Test
  void a_version_outlives_the_next_one_and_a_function_goes_with_its_stack() {
    assertThat(template.ofType("AWS::Lambda::Version").keySet())
        .hasSameSizeAs(Project.functions())
        .allSatisfy(
            version -> assertThat(template.endsOf(version)).containsExactly("Retain", "Retain"));
    assertThat(
            Stream.of("Function", "Alias", "Permission", "EventSourceMapping")
                .flatMap(type -> template.ofType("AWS::Lambda::" + type).keySet().stream()))
        .allSatisfy(
            resource -> assertThat(template.endsOf(resource).getFirst()).isIn("", "Delete"));
  }

  /** What makes CloudFormation publish a version if it differs: its name and its description. */
  private static List<String> version(
      TransformedTemplate template, String function, Map<String, String> values) {
    var name = template.versionOf(function);
    var version = template.one("AWS::Lambda::Version", name);
    return List.of(name, resolved(TransformedTemplate.text(version.path("Description")), values));
  }

  /** All that Lambda is told of a function. */
  private static String configuration(
      TransformedTemplate template, String function, Map<String, String> values) {
    var configuration = new ArrayList<String>();
    collect("", template.one("AWS::Lambda::Function", function), values, configuration);
    return String.join("\n", configuration);
  }

  private static void collect(
      String path, JsonNode value, Map<String, String> values, List<String> configuration) {
    if (value.has("Ref") || value.has("Fn::Sub") || value.has("Fn::GetAtt")) {
      configuration.add(path + "=" + resolved(TransformedTemplate.text(value), values));
    } else if (value.isObject()) {
      for (var entry : value.properties()) {
        if (entry.getKey().startsWith("Fn::")) {
          throw new AssertionError(path + " is not understood: " + value);
        }
        collect(path + "/" + entry.getKey(), entry.getValue(), values, configuration);
      }
    } else if (value.isArray()) {
      value.forEach(item -> collect(path + "/-", item, values, configuration));
    } else {
      configuration.add(path + "=" + value.asText());
    }
  }

  /** The text with these values of parameters; the names of resources stay. */
  private static String resolved(String text, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
  }

  /** Another value that the parameter allows. */
  private static String other(String name, JsonNode parameter) {
    var value = parameter.path("Default").asText();
    var others =
        parameter.has("AllowedValues")
            ? parameter.path("AllowedValues").valueStream().map(JsonNode::asText)
            : parameter.path("Type").asText().equals("Number")
                ? Stream.of("" + (parameter.path("Default").asInt() + 1))
                : Stream.of(value + "x", "https://issuer.example");
    return others
        .filter(other -> !other.equals(value))
        .filter(other -> other.matches(parameter.path("AllowedPattern").asText(".*")))
        .findFirst()
        .orElseThrow(() -> new AssertionError("which other value may " + name + " have?"));
  }

  /** The length of the description with the longest value of each parameter. */
  private int longest(String description) {
    var length = PLACEHOLDER.matcher(description).replaceAll("").length();
    for (var found : PLACEHOLDER.matcher(description).results().toList()) {
      length += longestValue(found.group(1), template.parameter(found.group(1)));
    }
    return length;
  }

  private static int longestValue(String name, JsonNode parameter) {
    var bounds =
        parameter.has("AllowedValues")
            ? TransformedTemplate.texts(parameter.path("AllowedValues"))
            : parameter.path("Type").asText().equals("Number") && parameter.has("MinValue")
                ? TransformedTemplate.texts(parameter.path("MaxValue"))
                : List.<String>of();
    return bounds.stream()
        .mapToInt(String::length)
        .max()
        .orElseGet(
            () -> {
              if (!parameter.has("MaxLength")) {
                throw new AssertionError(name + " has no limit, and describes a version");
              }
              return parameter.path("MaxLength").asInt();
            });
  }
}
