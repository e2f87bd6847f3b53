package dev.photocredits.systemtests.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A template as CloudFormation deploys it with certain parameters: conditions are decided, and
 * parameters replaced by their values. References to resources become <code>${Name}</code>.
 */
final class ResolvedTemplate {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([\\w:.]+)}");

  private final JsonNode template;
  private final Map<String, String> values = new HashMap<>();

  private ResolvedTemplate(JsonNode template, Map<String, String> parameters) {
    this.template = template;
    for (var parameter : template.path("Parameters").properties()) {
      values.put(parameter.getKey(), parameter.getValue().path("Default").asText());
    }
    values.putAll(parameters);
  }

  /** The template in the file, YAML or JSON, with these parameters and the others' defaults. */
  static ResolvedTemplate of(String file, Map<String, String> parameters) {
    try {
      var text = Files.readString(ProjectFiles.root().resolve(file));
      JsonNode template = JSON.valueToTree(new Yaml(new Intrinsics()).load(text));
      return new ResolvedTemplate(template, parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The resources that exist, with their properties, by name. */
  Map<String, JsonNode> resources() {
    var found = new TreeMap<String, JsonNode>();
    for (var resource : template.path("Resources").properties()) {
      var condition = resource.getValue().path("Condition");
      if (condition.isMissingNode() || holds(condition.asText())) {
        found.put(resource.getKey(), resolved(resource.getValue().path("Properties")));
      }
    }
    return found;
  }

  /** The properties of a resource; fails if it does not exist. */
  JsonNode resource(String name) {
    return Objects.requireNonNull(resources().get(name), name);
  }

  private boolean holds(String condition) {
    var declared = template.path("Conditions").path(condition);
    if (declared.isMissingNode()) {
      throw new AssertionError("no condition " + condition);
    }
    return holds(declared);
  }

  private boolean holds(JsonNode condition) {
    if (condition.has("Fn::Not")) {
      return !holds(condition.at("/Fn::Not/0"));
    }
    if (condition.has("Fn::Equals")) {
      return resolved(condition.at("/Fn::Equals/0"))
          .equals(resolved(condition.at("/Fn::Equals/1")));
    }
    throw new AssertionError("unsupported condition: " + condition);
  }

  /** The value, or a missing node for {@code AWS::NoValue}. */
  private JsonNode resolved(JsonNode value) {
    if (value.isArray()) {
      var items = JSON.createArrayNode();
      value.forEach(item -> add(resolved(item), items::add));
      return items;
    }
    if (!value.isObject()) {
      return value;
    }
    var call =
        value.properties().iterator().hasNext() ? value.properties().iterator().next() : null;
    if (call != null && (call.getKey().startsWith("Fn::") || call.getKey().equals("Ref"))) {
      return result(call.getKey(), call.getValue());
    }
    var members = JSON.createObjectNode();
    value
        .properties()
        .forEach(
            member ->
                add(resolved(member.getValue()), found -> members.set(member.getKey(), found)));
    return members;
  }

  private static void add(JsonNode value, Consumer<JsonNode> target) {
    if (!value.isMissingNode()) {
      target.accept(value);
    }
  }

  private JsonNode result(String function, JsonNode argument) {
    return switch (function) {
      case "Ref" ->
          argument.asText().equals("AWS::NoValue")
              ? MissingNode.getInstance()
              : TextNode.valueOf(substituted("${" + argument.asText() + "}", Map.of()));
      case "Fn::If" -> resolved(argument.path(holds(argument.path(0).asText()) ? 1 : 2));
      case "Fn::GetAtt" ->
          TextNode.valueOf("${" + String.join(".", TransformedTemplate.texts(argument)) + "}");
      case "Fn::Sub" -> TextNode.valueOf(substituted(argument));
      case "Fn::Select" -> resolved(argument.path(1)).path(argument.path(0).asInt());
      case "Fn::Split" ->
          JSON.valueToTree(
              List.of(
                  resolved(argument.path(1))
                      .asText()
                      .split(Pattern.quote(argument.path(0).asText()), -1)));
      default -> throw new AssertionError("unsupported function " + function);
    };
  }

  private String substituted(JsonNode argument) {
    var own = new HashMap<String, String>();
    argument
        .path(1)
        .properties()
        .forEach(entry -> own.put(entry.getKey(), resolved(entry.getValue()).asText()));
    return substituted(argument.isArray() ? argument.path(0).asText() : argument.asText(), own);
  }

  private String substituted(String text, Map<String, String> own) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    own.getOrDefault(
                        found.group(1), values.getOrDefault(found.group(1), found.group()))));
  }

  /** Reads {@code !Name value} as the function's long form. */
  private static final class Intrinsics extends SafeConstructor {
    Intrinsics() {
      super(new LoaderOptions());
      yamlMultiConstructors.put(
          "!",
          new AbstractConstruct() {
            @Override
            public Object construct(Node node) {
              var name = node.getTag().getValue().substring(1);
              var argument =
                  switch (node) {
                    case ScalarNode scalar -> constructScalar(scalar);
                    case SequenceNode sequence -> constructSequence(sequence);
                    case MappingNode mapping -> constructMapping(mapping);
                    default -> throw new AssertionError("unsupported node: " + node);
                  };
              return switch (name) {
                case "Ref" -> Map.of(name, argument);
                case "GetAtt" -> Map.of("Fn::GetAtt", List.of(argument.toString().split("\\.", 2)));
                default -> Map.of("Fn::" + name, argument);
              };
            }
          });
    }
  }
}
