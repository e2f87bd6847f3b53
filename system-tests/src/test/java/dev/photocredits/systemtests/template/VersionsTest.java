package dev.photocredits.systemtests.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.systemtests.ProjectFiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks that a deployment publishes new versions of exactly the functions that it changes. A
 * changed setting must reach the alias, and Lambda refuses to publish an unchanged function again.
 */
final class VersionsTest {
  /** Lambda's limit on the description of a version. */
  private static final int LONGEST_DESCRIPTION = 256;

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");

  private final TransformedTemplate template = TransformedTemplate.read();

  @Test
  void a_changed_parameter_publishes_exactly_the_functions_that_it_configures() throws Exception {
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
  void the_description_of_a_version_never_exceeds_the_limit() {
    assertThat(template.ofType("AWS::Lambda::Version"))
        .hasSameSizeAs(ProjectFiles.functions())
        .allSatisfy(
            (name, version) -> {
              var longest = longest(TransformedTemplate.text(version.path("Description")));
              assertThat(longest)
                  .as(
                      "the description of %s may have %d characters, %d above Lambda's limit: bound"
                          + " a parameter",
                      name, longest, longest - LONGEST_DESCRIPTION)
                  .isLessThanOrEqualTo(LONGEST_DESCRIPTION);
            });
  }

  @Test
  void versions_are_retained_and_functions_are_deleted_with_the_stack() {
    assertThat(template.ofType("AWS::Lambda::Version").keySet())
        .hasSameSizeAs(ProjectFiles.functions())
        .allSatisfy(
            version -> assertThat(template.endsOf(version)).containsExactly("Retain", "Retain"));
    assertThat(
            Stream.of("Function", "Alias", "Permission", "EventSourceMapping")
                .flatMap(type -> template.ofType("AWS::Lambda::" + type).keySet().stream()))
        .allSatisfy(
            resource -> assertThat(template.endsOf(resource).getFirst()).isIn("", "Delete"));
  }

  /** The name and description of a version: CloudFormation publishes it if they differ. */
  private static List<String> version(
      TransformedTemplate template, String function, Map<String, String> values) {
    var name = template.versionOf(function);
    var version = template.one("AWS::Lambda::Version", name);
    return List.of(name, resolved(TransformedTemplate.text(version.path("Description")), values));
  }

  /** The whole configuration of a function. */
  private static String configuration(
      TransformedTemplate template, String function, Map<String, String> values) {
    var configuration = new ArrayList<String>();
    var properties = template.one("AWS::Lambda::Function", function).properties();
    for (var property : properties) {
      // Belongs to the function and not to its versions.
      if (!property.getKey().equals("ReservedConcurrentExecutions")) {
        collect("/" + property.getKey(), property.getValue(), values, configuration);
      }
    }
    return String.join("\n", configuration);
  }

  private static void collect(
      String path, JsonNode value, Map<String, String> values, List<String> configuration) {
    if (value.has("Ref") || value.has("Fn::Sub") || value.has("Fn::GetAtt")) {
      configuration.add(path + "=" + resolved(TransformedTemplate.text(value), values));
    } else if (value.isObject()) {
      for (var entry : value.properties()) {
        if (entry.getKey().startsWith("Fn::")) {
          throw new AssertionError("unsupported value of " + path + ": " + value);
        }
        collect(path + "/" + entry.getKey(), entry.getValue(), values, configuration);
      }
    } else if (value.isArray()) {
      value.forEach(item -> collect(path + "/-", item, values, configuration));
    } else {
      configuration.add(path + "=" + value.asText());
    }
  }

  /** Replaces parameters by their values; names of resources stay. */
  private static String resolved(String text, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
  }

  /** A different value that the parameter allows. */
  private static String other(String name, JsonNode parameter) {
    var value = parameter.path("Default").asText();
    var others =
        parameter.has("AllowedValues")
            ? parameter.path("AllowedValues").valueStream().map(JsonNode::asText)
            : parameter.path("Type").asText().equals("Number")
                ? Stream.of("" + (parameter.path("Default").asInt() + 1))
                : Stream.of(
                    value + "x",
                    "off",
                    "https://issuer.example",
                    "eve@example.com",
                    "arn:aws:acm:us-east-1:123456789012:certificate/1",
                    "arn:aws:ses:us-east-1:123456789012:identity/example.com");
    return others
        .filter(other -> !other.equals(value))
        .filter(other -> other.matches(parameter.path("AllowedPattern").asText(".*")))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no other value is known for " + name));
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
                throw new AssertionError(name + " is part of a description but has no MaxLength");
              }
              return parameter.path("MaxLength").asInt();
            });
  }
}
