package dev.photocredits.systemtests;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/**
 * The description in {@code openapi.yaml}; checks responses against it. Clients must ignore unknown
 * fields, but here a response may have only the described ones.
 */
public final class OpenApiDescription {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ADDRESS = "https://photo-credits.example/openapi.yaml";
  private static final String OTHER_ROUTES = "/x-other-routes";
  private static final Set<String> METHODS =
      Set.of("get", "head", "post", "put", "patch", "delete", "options", "trace");

  /** Paths that the local gateway serves in addition to the API: pages and the local issuer. */
  private static final Set<String> NOT_DESCRIBED =
      Set.of(
          "/",
          "/docs",
          "/openapi.yaml",
          "/sandbox/tokens",
          "/.well-known/openid-configuration",
          "/.well-known/jwks.json");

  /** The headers that the connection and the gateway may add to any response. */
  private static final Set<String> COMMON_HEADERS =
      Set.of(
          "apigw-requestid",
          "cache-control",
          "connection",
          "content-length",
          "content-type",
          "date",
          "vary",
          "x-content-type-options",
          "access-control-allow-origin",
          "access-control-expose-headers");

  private static final OpenApiDescription OURS = new OpenApiDescription();

  private final JsonNode root;
  private final SchemaRegistry schemas;
  private final Map<String, Schema> read = new ConcurrentHashMap<>();
  private final List<Operation> operations;

  private OpenApiDescription() {
    try (InputStream file = OpenApiDescription.class.getResourceAsStream("/openapi.yaml")) {
      root = JSON.valueToTree(new Yaml().load(Objects.requireNonNull(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    close(root);
    schemas =
        SchemaRegistry.withDialect(
            Dialects.getOpenApi31(), with -> with.schemas(Map.of(ADDRESS, root.toString())));
    operations = operations(root);
  }

  /** The description of this project. */
  public static OpenApiDescription ours() {
    return OURS;
  }

  /**
   * A method and a path.
   *
   * @param pointer the place in the description
   */
  public record Operation(String method, String path, JsonPointer pointer) {

    boolean matches(String requested, String decoded) {
      return method.equals(requested)
          && Pattern.matches(path.replaceAll("\\{\\w+}", "[^/]+"), decoded);
    }

    /** The route as in the template: {@code GET /api/credits/{email}}. */
    public String route() {
      return method + " " + path;
    }
  }

  /** An example and the schema that it must match. */
  public record Example(JsonPointer pointer, JsonNode value, JsonPointer schema) {}

  /** Forbids properties that are not described. */
  private static void close(JsonNode node) {
    if (node instanceof ObjectNode object
        && object.path("type").asText().equals("object")
        && object.path("properties").isObject()) {
      object.put("additionalProperties", false);
    }
    node.forEach(OpenApiDescription::close);
  }

  // Literal segments sort before parameters, as in the gateway.
  private static List<Operation> operations(JsonNode root) {
    var operations = new ArrayList<Operation>();
    root.path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method -> {
                          if (METHODS.contains(method)) {
                            operations.add(
                                new Operation(
                                    method.toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    pointer("paths", path.getKey(), method)));
                          }
                        }));
    operations.sort(Comparator.comparing(operation -> operation.path().replace('{', '~')));
    return List.copyOf(operations);
  }

  public List<Operation> operations() {
    return operations;
  }

  /** The node at the pointer; follows references. */
  public JsonNode at(JsonPointer pointer) {
    return root.at(resolved(pointer));
  }

  /** The pointer itself, or the target of the reference that it points to. */
  JsonPointer resolved(JsonPointer pointer) {
    var reference = root.at(pointer).path("$ref");
    return reference.isMissingNode()
        ? pointer
        : resolved(JsonPointer.compile(reference.asText().substring(1)));
  }

  public JsonNode root() {
    return root;
  }

  public static JsonPointer pointer(String... steps) {
    var pointer = JsonPointer.empty();
    for (var step : steps) {
      pointer = pointer.appendProperty(step);
    }
    return pointer;
  }

  /**
   * Fails unless the response is described. Ignores preflight requests, which no function receives,
   * and what the local run serves in addition to the API.
   */
  public void mustDescribe(HttpResponse<String> response) {
    var request = response.request();
    var path = request.uri().getPath();
    if (!NOT_DESCRIBED.contains(path) && !isPreflight(request.headers())) {
      mustDescribe(
          request.method() + " " + path,
          violations(
              request.method(), path, response.statusCode(), response.headers(), response.body()),
          response.statusCode() + " " + response.body());
    }
  }

  /** Fails unless the response of a function to an event is described. */
  public void mustDescribe(JsonNode event, JsonNode response) {
    var headers = new HashMap<String, List<String>>();
    response
        .path("headers")
        .properties()
        .forEach(header -> headers.put(header.getKey(), List.of(header.getValue().asText())));
    mustDescribe(
        event.path("routeKey").asText(),
        violations(
            event.at("/requestContext/http/method").asText(),
            operation(known -> known.route().equals(event.path("routeKey").asText())),
            response.path("statusCode").asInt(),
            HttpHeaders.of(headers, (_, _) -> true),
            response.path("body").asText()),
        response.toString());
  }

  private static void mustDescribe(String request, List<String> violations, String response) {
    if (!violations.isEmpty()) {
      throw new AssertionError(
          "openapi.yaml does not describe this response to %s: %s%n%s"
              .formatted(request, response, String.join(System.lineSeparator(), violations)));
    }
  }

  private static boolean isPreflight(HttpHeaders request) {
    return request.firstValue("access-control-request-method").isPresent();
  }

  /**
   * Returns how a response differs from the description.
   *
   * @param path the decoded path
   */
  public List<String> violations(
      String method, String path, int status, HttpHeaders headers, String body) {
    return violations(
        method, operation(known -> known.matches(method, path)), status, headers, body);
  }

  private JsonPointer operation(Predicate<Operation> wanted) {
    return operations.stream()
        .filter(wanted)
        .findFirst()
        .map(Operation::pointer)
        .orElse(JsonPointer.compile(OTHER_ROUTES));
  }

  private List<String> violations(
      String method, JsonPointer operation, int status, HttpHeaders headers, String body) {
    var response = response(operation, status);
    if (response.isEmpty()) {
      return List.of("no status " + status + " under " + operation);
    }
    var violations = new ArrayList<>(headerViolations(response.get(), headers));
    if (!method.equals("HEAD")) {
      violations.addAll(bodyViolations(response.get(), headers, body));
    } else if (!body.isEmpty()) {
      violations.add("a body of HEAD");
    }
    return violations;
  }

  private Optional<JsonPointer> response(JsonPointer operation, int status) {
    return List.of(Integer.toString(status), status / 100 + "XX").stream()
        .map(key -> operation.append(pointer("responses", key)))
        .filter(pointer -> !root.at(pointer).isMissingNode())
        .findFirst()
        .map(this::resolved);
  }

  private List<String> headerViolations(JsonPointer response, HttpHeaders headers) {
    var unknown = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    unknown.addAll(headers.map().keySet());
    COMMON_HEADERS.forEach(unknown::remove);
    var violations = new ArrayList<String>();
    for (var header : root.at(response).path("headers").properties()) {
      var name = header.getKey();
      unknown.remove(name);
      violations.addAll(
          headerViolations(
              name, resolved(response.append(pointer("headers", name))), headers.firstValue(name)));
    }
    unknown.forEach(name -> violations.add("a header " + name + " that is not described"));
    return violations;
  }

  private List<String> headerViolations(String name, JsonPointer header, Optional<String> value) {
    if (value.isEmpty()) {
      return root.at(header).path("required").asBoolean()
          ? List.of("no header " + name)
          : List.of();
    }
    var schema = header.appendProperty("schema");
    var isNumber = at(schema).path("type").asText().equals("integer");
    var json = isNumber ? value.get() : JSON.valueToTree(value.get()).toString();
    return jsonViolations(schema, json);
  }

  private List<String> bodyViolations(JsonPointer response, HttpHeaders headers, String body) {
    var content = root.at(response).path("content");
    if (content.isMissingNode()) {
      return body.isEmpty() ? List.of() : List.of("a body where none is described");
    }
    var type = headers.firstValue("content-type").orElse("").replaceFirst(";.*", "").strip();
    if (!content.has(type)) {
      return List.of("no content of type '" + type + "'");
    }
    var violations =
        new ArrayList<>(jsonViolations(response.append(pointer("content", type, "schema")), body));
    // Errors of functions have a request id. Errors of the gateway start with a message instead.
    if (body.contains("\"error_code\"")
        && !body.startsWith("{\"message\"")
        && headers.firstValue("x-request-id").isEmpty()) {
      violations.add("an error of a function without X-Request-Id");
    }
    return violations;
  }

  /** Returns how a JSON text violates a schema. */
  public List<String> jsonViolations(JsonPointer schema, String json) {
    try {
      return read
          .computeIfAbsent(
              schema.toString(),
              where -> schemas.getSchema(SchemaLocation.of(ADDRESS + "#" + where)))
          .validate(
              JSON.readTree(json).toString(),
              InputFormat.JSON,
              run -> run.executionConfig(with -> with.formatAssertionsEnabled(true)))
          .stream()
          .map(Error::toString)
          .toList();
    } catch (JsonProcessingException e) {
      return List.of("no JSON: " + json);
    }
  }

  /** All examples of bodies, headers and parameters. */
  public List<Example> examples() {
    var examples = new ArrayList<Example>();
    collect(root, JsonPointer.empty(), examples);
    return examples;
  }

  private static void collect(JsonNode node, JsonPointer at, List<Example> examples) {
    if (node instanceof ArrayNode items) {
      for (var i = 0; i < items.size(); i++) {
        collect(items.get(i), at.appendIndex(i), examples);
      }
      return;
    }
    var schema = at.appendProperty("schema");
    for (var entry : node.properties()) {
      var here = at.appendProperty(entry.getKey());
      if (entry.getKey().equals("examples") && node.has("schema")) {
        entry
            .getValue()
            .properties()
            .forEach(
                example ->
                    examples.add(
                        new Example(
                            here.appendProperty(example.getKey()),
                            example.getValue().path("value"),
                            schema)));
      } else if (entry.getKey().equals("example")) {
        examples.add(new Example(here, entry.getValue(), node.has("schema") ? schema : at));
      } else {
        collect(entry.getValue(), here, examples);
      }
    }
  }

  /** The error codes by status, over all operations. */
  public Map<Integer, Set<String>> errorCodes() {
    var codes = new HashMap<Integer, Set<String>>();
    for (var operation : operations) {
      addErrorCodes(operation.pointer(), codes);
    }
    addErrorCodes(JsonPointer.compile(OTHER_ROUTES), codes);
    return codes;
  }

  private void addErrorCodes(JsonPointer operation, Map<Integer, Set<String>> codes) {
    root.at(operation)
        .path("responses")
        .fieldNames()
        .forEachRemaining(
            status -> {
              if (!status.endsWith("XX")) {
                var response = at(operation.append(pointer("responses", status)));
                var of = codes.computeIfAbsent(Integer.valueOf(status), _ -> new HashSet<>());
                response
                    .findValues("error_code")
                    .forEach(code -> code.path("enum").forEach(name -> of.add(name.asText())));
                if (response.findValuesAsText("$ref").stream()
                    .anyMatch(reference -> reference.endsWith("/ValidationError"))) {
                  of.add("VALIDATION_ERROR");
                }
              }
            });
    codes.values().removeIf(Set::isEmpty);
  }
}
