package dev.photocredits.systemtests.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The template after SAM's transform, as CloudFormation gets it, with roles and permissions. */
public final class TransformedTemplate {
  private final JsonNode parameters;
  private final JsonNode resources;
  private final JsonNode rules;
  private final JsonNode conditions;

  private TransformedTemplate(JsonNode template) {
    this.rules = template.path("Rules");
    this.conditions = template.path("Conditions");
    this.parameters = template.path("Parameters");
    this.resources = template.path("Resources");
  }

  /** Reads target/template.json, which make creates; fails if it is older than the template. */
  static TransformedTemplate read() {
    var source = ProjectFiles.root().resolve("template.yaml");
    var transformed = ProjectFiles.root().resolve("target").resolve("template.json");
    try {
      if (!Files.exists(transformed) || isNewer(source, transformed)) {
        throw new AssertionError(
            "target/template.json is missing or older than template.yaml; run make"
                + " target/template.json");
      }
      return new TransformedTemplate(new ObjectMapper().readTree(transformed.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Transforms the template once for each parameter, with only that parameter changed. A new
   * transform is needed because it replaces some references by values.
   */
  static Map<String, TransformedTemplate> changed(Map<String, String> values)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(ProjectFiles.root().resolve(".venv/sam/bin/python").toString());
    command.add("build/python/transform.py");
    command.add("template.yaml");
    var names = List.copyOf(values.keySet());
    names.forEach(name -> command.add(name + "=" + values.get(name)));
    var builder = new ProcessBuilder(command).directory(ProjectFiles.root().toFile());
    builder.environment().put("AWS_DEFAULT_REGION", "us-east-1");
    var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var lines = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    if (process.waitFor() != 0 || lines.size() != names.size()) {
      throw new AssertionError("the template cannot be transformed: " + command);
    }
    var changed = new TreeMap<String, TransformedTemplate>();
    for (var i = 0; i < names.size(); i++) {
      changed.put(names.get(i), new TransformedTemplate(new ObjectMapper().readTree(lines.get(i))));
    }
    return changed;
  }

  private static boolean isNewer(Path source, Path transformed) throws IOException {
    return Files.getLastModifiedTime(source).compareTo(Files.getLastModifiedTime(transformed)) > 0;
  }

  /** The parameters by name. */
  Map<String, JsonNode> parameters() {
    var found = new TreeMap<String, JsonNode>();
    parameters.properties().forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  /** The names of the rules that parameters have to follow. */
  List<String> rules() {
    return rules.properties().stream().map(Map.Entry::getKey).toList();
  }

  JsonNode condition(String name) {
    return conditions.path(name);
  }

  JsonNode parameter(String name) {
    return parameters.path(name);
  }

  /** The deletion policy and the update-replace policy of a resource; empty if not set. */
  List<String> endsOf(String resource) {
    var found = resources.path(resource);
    return List.of(
        found.path("DeletionPolicy").asText(), found.path("UpdateReplacePolicy").asText());
  }

  /** The condition under which a resource exists; empty if it always does. */
  String conditionOf(String resource) {
    return resources.path(resource).path("Condition").asText();
  }

  /** The resource with a type and a name; fails if there is none. */
  JsonNode one(String type, String name) {
    return Objects.requireNonNull(ofType(type).get(name), name);
  }

  /** The resources of a type by name. */
  Map<String, JsonNode> ofType(String type) {
    var found = new TreeMap<String, JsonNode>();
    for (var entry : resources.properties()) {
      if (entry.getValue().path("Type").asText().equals(type)) {
        found.put(entry.getKey(), entry.getValue().path("Properties"));
      }
    }
    return found;
  }

  /** The name of the version that the function's alias points to. */
  String versionOf(String function) {
    return one("AWS::Lambda::Alias", function + "Aliaslive")
        .at("/FunctionVersion/Fn::GetAtt/0")
        .asText();
  }

  /** The types of all resources. */
  Set<String> types() {
    var types = new TreeSet<String>();
    resources.forEach(resource -> types.add(resource.path("Type").asText()));
    return types;
  }

  List<Function> functions() {
    return ofType("AWS::Lambda::Function").entrySet().stream()
        .map(
            entry ->
                new Function(
                    entry.getKey(),
                    entry.getValue(),
                    resources.at("/" + roleOf(entry.getValue()) + "/Properties"),
                    resources))
        .toList();
  }

  private static String roleOf(JsonNode function) {
    return text(function.path("Role")).replaceAll("\\$\\{(\\w+)\\.Arn}", "$1");
  }

  /** A value of the template as text, in which references become ${name}. */
  static String text(JsonNode value) {
    if (value.has("Ref")) {
      return "${" + value.path("Ref").asText() + "}";
    }
    if (value.has("Fn::GetAtt")) {
      return "${" + String.join(".", texts(value.path("Fn::GetAtt"))) + "}";
    }
    var sub = value.path("Fn::Sub");
    if (sub.isArray()) {
      var text = sub.path(0).asText();
      for (var entry : sub.path(1).properties()) {
        text = text.replace("${" + entry.getKey() + "}", text(entry.getValue()));
      }
      return text;
    }
    return sub.isTextual() ? sub.asText() : value.isTextual() ? value.asText() : value.toString();
  }

  /** The items of a list, or a single value as a list. */
  static List<String> texts(JsonNode value) {
    return value.isArray()
        ? value.valueStream().map(TransformedTemplate::text).toList()
        : List.of(text(value));
  }

  /** A function and the permissions of its role. */
  static final class Function {
    private static final Set<String> MEMBERS = Set.of("Effect", "Action", "Resource", "Condition");

    private final String name;
    private final JsonNode properties;
    private final JsonNode role;
    private final JsonNode resources;

    private Function(String name, JsonNode properties, JsonNode role, JsonNode resources) {
      this.name = name;
      this.properties = properties;
      this.role = role;
      this.resources = resources;
    }

    String name() {
      return name;
    }

    String handler() {
      return properties.path("Handler").asText();
    }

    String table() {
      return "${" + named("TABLE_NAME") + ".Arn}";
    }

    /** The table's only index. */
    String index() {
      var indexes = resources.at("/" + named("TABLE_NAME") + "/Properties/GlobalSecondaryIndexes");
      if (indexes.size() != 1) {
        throw new AssertionError("the table must have exactly one index");
      }
      return "${%s.Arn}/index/%s"
          .formatted(named("TABLE_NAME"), indexes.path(0).path("IndexName").asText());
    }

    /** The objects in a folder of the bucket. */
    String objects(String folder) {
      return "${" + named("BUCKET_NAME") + ".Arn}/" + folder + "/*";
    }

    String queue() {
      return "${" + named("QUEUE_URL") + ".Arn}";
    }

    /**
     * The secrets: the stack's own, and those that have a name, to which Secrets Manager appends a
     * hyphen and six random characters.
     */
    List<String> secrets() {
      var own = properties.at("/Environment/Variables/DIGEST_SECRET_ID");
      var named =
          secretNames().stream()
              .map(
                  "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:%s-??????"
                      ::formatted);
      return Stream.concat(own.isMissingNode() ? Stream.empty() : Stream.of(text(own)), named)
          .toList();
    }

    /** The names of the function's secrets. */
    List<String> secretNames() {
      var names = properties.at("/Environment/Variables/SECRET_ID");
      return names.isMissingNode() ? List.of() : List.of(text(names).split(",", -1));
    }

    /** The log group to which the function writes. */
    String logs() {
      return "${" + properties.at("/LoggingConfig/LogGroup/Ref").asText() + ".Arn}";
    }

    private String named(String variable) {
      return properties.at("/Environment/Variables/" + variable + "/Ref").asText(variable + "?");
    }

    List<String> managedPolicies() {
      var policies = role.path("ManagedPolicyArns");
      return policies.isMissingNode() ? List.of() : texts(policies);
    }

    /** The services that may assume the role. */
    List<String> principals() {
      return role.at("/AssumeRolePolicyDocument/Statement")
          .valueStream()
          .flatMap(statement -> texts(statement.at("/Principal/Service")).stream())
          .toList();
    }

    /** The permissions that the statements of the role grant, one by one. */
    List<Permission> grants() {
      return role.path("Policies")
          .valueStream()
          .flatMap(policy -> statements(policy.at("/PolicyDocument/Statement")))
          .flatMap(statement -> grants(statement).stream())
          .toList();
    }

    private Stream<JsonNode> statements(JsonNode list) {
      if (!list.isArray()) {
        throw new AssertionError(name + " has an unsupported policy");
      }
      return list.valueStream();
    }

    private List<Permission> grants(JsonNode statement) {
      var conditions = new TreeMap<String, List<String>>();
      for (var operator : statement.path("Condition").properties()) {
        for (var key : operator.getValue().properties()) {
          conditions.put(operator.getKey() + " " + key.getKey(), texts(key.getValue()));
        }
      }
      var keys = conditions.remove("ForAllValues:StringLike dynamodb:LeadingKeys");
      var enclosing = conditions.remove("ForAnyValue:StringEquals dynamodb:EnclosingOperation");
      if (!conditions.isEmpty()
          || !text(statement.path("Effect")).equals("Allow")
          || !MEMBERS.containsAll(names(statement))
          || !(enclosing == null || enclosing.equals(List.of("TransactWriteItems")))) {
        throw new AssertionError(name + " has an unsupported statement: " + statement);
      }
      var grants = new ArrayList<Permission>();
      for (var action : texts(statement.path("Action"))) {
        for (var resource : texts(statement.path("Resource"))) {
          for (var key : keys == null ? List.of("") : keys) {
            grants.add(new Permission(action, resource, key, enclosing != null));
          }
        }
      }
      return grants;
    }

    private static Set<String> names(JsonNode object) {
      return object.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }
  }
}
