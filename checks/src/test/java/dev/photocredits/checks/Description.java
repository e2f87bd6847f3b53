package dev.photocredits.checks;

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
 * {@code openapi.yaml}, and whether an answer is as it says. Callers have to put up with fields
 * that they do not know; here an answer has none but those described.
 */
public final class Description {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ADDRESS = "https://photo-credits.example/openapi.yaml";
  private static final String OTHER_ROUTES = "/x-other-routes";
  private static final Set<String> METHODS =
      Set.of("get", "head", "post", "put", "patch", "delete", "options", "trace");

  /** What the gateway of the local run serves beside the API: pages, and the issuer for anybody. */
  private static final Set<String> BESIDE =
      Set.of(
          "/",
          "/docs",
          "/openapi.yaml",
          "/sandbox/tokens",
          "/.well-known/openid-configuration",
          "/.well-known/jwks.json");

  /** What the connection and the gateway may add to any answer. */
  private static final Set<String> OF_ANY_ANSWER =
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

  private static final Description OURS = new Description();

  private final JsonNode root;
  private final SchemaRegistry schemas;
  private final Map<String, Schema> read = new ConcurrentHashMap<>();
  private final List<Operation> operations;

  private Description() {
    try (InputStream file = Description.class.getResourceAsStream("/openapi.yaml")) {
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

  /** That of the project. */
  public static Description ours() {
    return OURS;
  }

  /**
   * What can be called.
   *
   * @param pointer where the description tells of it
   */
  public record Operation(String method, String path, JsonPointer pointer) {

    boolean takes(String asked, String decoded) {
      return method.equals(asked) && Pattern.matches(path.replaceAll("\\{\\w+}", "[^/]+"), decoded);
    }

    /** As the template writes it: {@code GET /api/credits/{email}}. */
    public String route() {
      return method + " " + path;
    }
  }

  /** An example and the schema that it must keep. */
  public record Example(JsonPointer pointer, JsonNode value, JsonPointer schema) {}

  /** Objects have the properties that are described, and no others. */
  private static void close(JsonNode node) {
    if (node instanceof ObjectNode object
        && object.path("type").asText().equals("object")
        && object.path("properties").isObject()) {
      object.put("additionalProperties", false);
    }
    node.forEach(Description::close);
  }

  // Literal segments before parameters, as the gateway takes them.
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

  /** What stands there; a reference is followed. */
  public JsonNode at(JsonPointer pointer) {
    return root.at(resolved(pointer));
  }

  /** Where that leads to: there, or where the reference there points to. */
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
   * Fails unless the answer is described. What the local run serves beside the API is left alone,
   * and preflights, which no function sees.
   */
  public void mustTellOf(HttpResponse<String> answer) {
    var request = answer.request();
    var path = request.uri().getPath();
    if (!BESIDE.contains(path) && !isPreflight(request.headers())) {
      mustTellOf(
          request.method() + " " + path,
          broken(request.method(), path, answer.statusCode(), answer.headers(), answer.body()),
          answer.statusCode() + " " + answer.body());
    }
  }

  /** Fails unless what a function answers to that event is described. */
  public void mustTellOf(JsonNode event, JsonNode answer) {
    var headers = new HashMap<String, List<String>>();
    answer
        .path("headers")
        .properties()
        .forEach(header -> headers.put(header.getKey(), List.of(header.getValue().asText())));
    mustTellOf(
        event.path("routeKey").asText(),
        broken(
            event.at("/requestContext/http/method").asText(),
            operation(known -> known.route().equals(event.path("routeKey").asText())),
            answer.path("statusCode").asInt(),
            HttpHeaders.of(headers, (_, _) -> true),
            answer.path("body").asText()),
        answer.toString());
  }

  private static void mustTellOf(String request, List<String> broken, String answer) {
    if (!broken.isEmpty()) {
      throw new AssertionError(
          "openapi.yaml does not tell of this answer to %s: %s%n%s"
              .formatted(request, answer, String.join(System.lineSeparator(), broken)));
    }
  }

  private static boolean isPreflight(HttpHeaders request) {
    return request.firstValue("access-control-request-method").isPresent();
  }

  /**
   * What an answer has that is not described, or lacks that is.
   *
   * @param path decoded
   */
  public List<String> broken(
      String method, String path, int status, HttpHeaders headers, String body) {
    return broken(method, operation(known -> known.takes(method, path)), status, headers, body);
  }

  private JsonPointer operation(Predicate<Operation> wanted) {
    return operations.stream()
        .filter(wanted)
        .findFirst()
        .map(Operation::pointer)
        .orElse(JsonPointer.compile(OTHER_ROUTES));
  }

  private List<String> broken(
      String method, JsonPointer operation, int status, HttpHeaders headers, String body) {
    var response = response(operation, status);
    if (response.isEmpty()) {
      return List.of("no status " + status + " under " + operation);
    }
    var broken = new ArrayList<>(brokenHeaders(response.get(), headers));
    if (!method.equals("HEAD")) {
      broken.addAll(brokenBody(response.get(), headers, body));
    } else if (!body.isEmpty()) {
      broken.add("a body of HEAD");
    }
    return broken;
  }

  private Optional<JsonPointer> response(JsonPointer operation, int status) {
    return List.of(Integer.toString(status), status / 100 + "XX").stream()
        .map(key -> operation.append(pointer("responses", key)))
        .filter(pointer -> !root.at(pointer).isMissingNode())
        .findFirst()
        .map(this::resolved);
  }

  private List<String> brokenHeaders(JsonPointer response, HttpHeaders headers) {
    var unknown = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    unknown.addAll(headers.map().keySet());
    OF_ANY_ANSWER.forEach(unknown::remove);
    var broken = new ArrayList<String>();
    for (var header : root.at(response).path("headers").properties()) {
      var name = header.getKey();
      unknown.remove(name);
      broken.addAll(
          brokenHeader(
              name, resolved(response.append(pointer("headers", name))), headers.firstValue(name)));
    }
    unknown.forEach(name -> broken.add("a header " + name + " that is not described"));
    return broken;
  }

  private List<String> brokenHeader(String name, JsonPointer header, Optional<String> value) {
    if (value.isEmpty()) {
      return root.at(header).path("required").asBoolean()
          ? List.of("no header " + name)
          : List.of();
    }
    var schema = header.appendProperty("schema");
    var isNumber = at(schema).path("type").asText().equals("integer");
    var json = isNumber ? value.get() : JSON.valueToTree(value.get()).toString();
    return brokenJson(schema, json);
  }

  private List<String> brokenBody(JsonPointer response, HttpHeaders headers, String body) {
    var content = root.at(response).path("content");
    if (content.isMissingNode()) {
      return body.isEmpty() ? List.of() : List.of("a body where none is described");
    }
    var type = headers.firstValue("content-type").orElse("").replaceFirst(";.*", "").strip();
    if (!content.has(type)) {
      return List.of("no content of type '" + type + "'");
    }
    var broken =
        new ArrayList<>(brokenJson(response.append(pointer("content", type, "schema")), body));
    // What a function says has an id; what the gateway says begins with a message, and has none.
    if (body.contains("\"error_code\"")
        && !body.startsWith("{\"message\"")
        && headers.firstValue("x-request-id").isEmpty()) {
      broken.add("an error of a function without X-Request-Id");
    }
    return broken;
  }

  /** What is wrong with that JSON by the schema there. */
  public List<String> brokenJson(JsonPointer schema, String json) {
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

  /** Every example of a body, a header or a parameter. */
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

  /** The error codes of each status, over all operations. */
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
