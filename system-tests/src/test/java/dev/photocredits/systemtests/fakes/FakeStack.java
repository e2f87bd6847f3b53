package dev.photocredits.systemtests.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A fake of a CloudFormation stack, and of its Lambda functions with their versions and aliases. An
 * inactive version is activated by the first call of it, which fails. Lists have pages of two, and
 * the first deletion is throttled.
 */
public final class FakeStack implements AutoCloseable {
  private static final int PAGE = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LoopbackServer listener = LoopbackServer.start(this::answer);
  private final String name;
  private final Map<String, String> types = new LinkedHashMap<>();
  private final Set<String> deleted = ConcurrentHashMap.newKeySet();
  private final Map<String, List<String>> versions = new ConcurrentHashMap<>();
  private final Map<String, List<Map<String, ?>>> aliases = new ConcurrentHashMap<>();
  private final AtomicBoolean throttled = new AtomicBoolean();
  private final Set<String> inactive = ConcurrentHashMap.newKeySet();
  private final List<String> changes = new CopyOnWriteArrayList<>();

  public FakeStack(String name) {
    this.name = name;
  }

  public URI address() {
    return listener.address();
  }

  /** Adds a resource of this type. */
  public void add(String resource, String type) {
    types.put(resource, type);
  }

  /** Adds a function with {@code $LATEST} and the versions 1 to {@code newest}. */
  public void addFunction(String function, int newest) {
    add(function, "AWS::Lambda::Function");
    var all = new CopyOnWriteArrayList<>(List.of("$LATEST"));
    IntStream.rangeClosed(1, newest).forEach(version -> all.add("" + version));
    versions.put(physicalId(function), all);
  }

  /** Adds a function that was deleted, but that the stack still lists. */
  public void addDeletedFunction(String function) {
    add(function, "AWS::Lambda::Function");
    deleted.add(function);
  }

  /** Adds an alias of this version, which shares its calls with other versions by weight. */
  public void addAlias(String function, String alias, int version, Map<String, Double> weights) {
    aliases
        .computeIfAbsent(physicalId(function), _ -> new CopyOnWriteArrayList<>())
        .add(
            Map.ofEntries(
                Map.entry("Name", alias),
                Map.entry("FunctionVersion", "" + version),
                Map.entry("RoutingConfig", Map.of("AdditionalVersionWeights", weights))));
  }

  /** Makes a version inactive, as if nobody had called it for two weeks. */
  public void deactivate(String function, int version) {
    inactive.add(physicalId(function) + ":" + version);
  }

  /** The calls and the changes of aliases, in order. */
  public List<String> changes() {
    return List.copyOf(changes);
  }

  /** The remaining versions of the function. */
  public List<String> versions(String function) {
    return List.copyOf(versions.getOrDefault(physicalId(function), List.of()));
  }

  private String physicalId(String resource) {
    return name + "-" + resource;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      var query = parameters(exchange.getRequestURI().getRawQuery());
      var function = path.replaceFirst(".*/functions/([^/]+).*", "$1");
      var qualified = function + ":" + query.get("Qualifier");
      if (path.endsWith("/invocations")) {
        changes.add("called " + qualified);
        inactive.remove(qualified);
        exchange.getResponseHeaders().set("x-amzn-errortype", "SnapStartNotReadyException");
        LoopbackServer.send(exchange, 409, "{}");
      } else if (path.endsWith("/configuration")) {
        var state = inactive.contains(qualified) ? "Inactive" : "Active";
        LoopbackServer.send(exchange, 200, "{\"State\": \"" + state + "\"}");
      } else if (path.endsWith("/aliases/live")) {
        if (exchange.getRequestMethod().equals("PUT")) {
          changes.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        }
        LoopbackServer.send(exchange, 200, "{\"FunctionVersion\": \"12\"}");
      } else if (exchange.getRequestMethod().equals("POST")) {
        listResources(
            exchange, parameters(new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
      } else if (deleted.contains(function.replace(name + "-", ""))) {
        exchange.getResponseHeaders().set("x-amzn-errortype", "ResourceNotFoundException");
        LoopbackServer.send(exchange, 404, "{}");
      } else if (path.endsWith("/versions")) {
        var all = versions.getOrDefault(function, List.of());
        list(exchange, "Versions", all, version -> Map.of("Version", version), query);
      } else if (path.endsWith("/aliases")) {
        list(exchange, "Aliases", aliases.getOrDefault(function, List.of()), a -> a, query);
      } else if (!throttled.compareAndSet(false, true)) {
        versions.getOrDefault(function, List.of()).remove(query.getOrDefault("Qualifier", "all"));
        LoopbackServer.send(exchange, 200, "{}");
      } else {
        exchange.getResponseHeaders().set("x-amzn-errortype", "TooManyRequestsException");
        LoopbackServer.send(exchange, 429, "{}");
      }
    }
  }

  private void listResources(HttpExchange exchange, Map<String, String> query) throws IOException {
    if (!name.equals(query.get("StackName"))) {
      LoopbackServer.send(
          exchange,
          400,
          """
          <ErrorResponse><Error><Code>ValidationError</Code>\
          <Message>Stack with id %s does not exist</Message></Error></ErrorResponse>\
          """
              .formatted(query.get("StackName")));
      return;
    }
    if ("DescribeStackResource".equals(query.get("Action"))) {
      LoopbackServer.send(
          exchange,
          200,
          """
          <DescribeStackResourceResponse><DescribeStackResourceResult><StackResourceDetail>\
          <PhysicalResourceId>%s</PhysicalResourceId></StackResourceDetail>\
          </DescribeStackResourceResult></DescribeStackResourceResponse>\
          """
              .formatted(physicalId(query.getOrDefault("LogicalResourceId", ""))));
      return;
    }
    var from = first(query.get("NextToken"));
    var members =
        types.entrySet().stream()
            .skip(from)
            .limit(PAGE)
            .map(
                resource ->
                    """
                    <member><LogicalResourceId>%s</LogicalResourceId>\
                    <PhysicalResourceId>%s</PhysicalResourceId><ResourceType>%s</ResourceType>\
                    <ResourceStatus>%s_COMPLETE</ResourceStatus></member>\
                    """
                        .formatted(
                            resource.getKey(),
                            physicalId(resource.getKey()),
                            resource.getValue(),
                            deleted.contains(resource.getKey()) ? "DELETE" : "UPDATE"))
            .collect(Collectors.joining());
    var next = from + PAGE < types.size() ? "<NextToken>" + (from + PAGE) + "</NextToken>" : "";
    LoopbackServer.send(
        exchange,
        200,
        """
        <ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>%s\
        </StackResourceSummaries>%s</ListStackResourcesResult></ListStackResourcesResponse>\
        """
            .formatted(members, next));
  }

  private static <T> void list(
      HttpExchange exchange,
      String member,
      List<T> all,
      Function<T, Map<String, ?>> shown,
      Map<String, String> query)
      throws IOException {
    var from = first(query.get("Marker"));
    var answer = new HashMap<String, Object>();
    answer.put(member, all.stream().skip(from).limit(PAGE).map(shown).toList());
    if (from + PAGE < all.size()) {
      answer.put("NextMarker", "" + (from + PAGE));
    }
    LoopbackServer.send(exchange, 200, JSON.writeValueAsString(answer));
  }

  private static int first(@Nullable String token) {
    return token == null ? 0 : Integer.parseInt(token);
  }

  private static Map<String, String> parameters(@Nullable String form) {
    return Arrays.stream((form == null ? "" : form).split("&", -1))
        .map(pair -> pair.split("=", 2))
        .filter(pair -> pair.length == 2)
        .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], UTF_8)));
  }

  @Override
  public void close() {
    listener.close();
  }
}
