package dev.photocredits.emulators;

import dev.photocredits.emulators.Yaml.Intrinsic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parts of {@code template.yaml} that the local run needs: functions, routes, schedules, table
 * and queue. Reading them from the template keeps them in one place.
 *
 * <p>A parameter has the value of the setting of its name ({@code FrontendUrl} is {@code
 * FRONTEND_URL}), or else its default. A function's environment variable has the value of the
 * setting with the same name, or else its value in the template.
 */
public final class Template {
  /** A system property with the file's path, for runs that start outside the project's folder. */
  static final String PROPERTY = "photocredits.template";

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z0-9:.]+)}");

  private static final Pattern RATE = Pattern.compile("rate\\((\\d{1,6}) (minute|hour|day)s?\\)");

  private final Path file;
  private final Yaml root;

  private Template(Path file, Yaml root) {
    this.file = file;
    this.root = root;
  }

  /**
   * A route and the function that serves it.
   *
   * @param key the route key, as in API Gateway: {@code GET /api/credits/{email}} or {@code
   *     $default}
   * @param needsToken whether the route has an authorizer
   */
  public record Route(String key, String function, boolean needsToken) {}

  /**
   * A schedule that invokes a function at a fixed rate.
   *
   * @param input the event that the function receives, as JSON
   */
  public record Schedule(String name, String function, Duration rate, String input) {}

  /**
   * The queue that a function consumes, one message per event.
   *
   * @param visibility the visibility timeout: how long until an unprocessed message is delivered
   *     again
   * @param maxReceives how often a message is delivered before it moves to the dead-letter queue
   */
  public record Queue(String function, Duration visibility, int maxReceives) {}

  /** A function, its handler's class, its timeout and its memory. */
  public record Function(String name, String handler, Duration timeout, int memoryMegabytes) {}

  /**
   * The API's CORS configuration.
   *
   * @param maxAge how many seconds a browser may cache a preflight response
   */
  public record Cors(
      List<String> allowOrigins,
      List<String> allowMethods,
      List<String> allowHeaders,
      List<String> exposeHeaders,
      String maxAge) {}

  /** An attribute of a key. Its type is {@code HASH} or {@code RANGE}. */
  public record Key(String attribute, String type) {}

  /** A global secondary index. */
  public record Index(String name, List<Key> keys, String projection) {}

  /**
   * The table's keys, indexes and expiry.
   *
   * @param attributeTypes the types of all key attributes: S, N or B
   * @param expiryAttribute the attribute with the time to live of an item
   */
  public record Table(
      List<Key> keys,
      Map<String, String> attributeTypes,
      List<Index> indexes,
      Optional<String> expiryAttribute) {}

  /** Reads the template. Throws {@link UncheckedIOException} if the file cannot be read. */
  public static Template read(Path file) {
    try {
      return new Template(file, Yaml.read(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** The path of a file in the template's folder. The file need not exist. */
  public Path beside(String name) {
    return file.resolveSibling(name);
  }

  /**
   * Reads the project's template: the file that the system property {@value #PROPERTY} names, or
   * {@code template.yaml} in the working directory or the nearest folder above it.
   */
  public static Template find() {
    var named = System.getProperty(PROPERTY);
    if (named != null) {
      return read(Path.of(named));
    }
    for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("template.yaml"))) {
        return read(folder.resolve("template.yaml"));
      }
    }
    throw new StartupFailure("There is no template.yaml here. Run this in the project's folder.");
  }

  /** All routes, in the file's order. */
  public List<Route> routes() {
    var routes = new ArrayList<Route>();
    functionResources()
        .forEach(
            (name, function) ->
                function.get("Events").entries().values().stream()
                    .filter(event -> event.get("Type").text().equals("HttpApi"))
                    .map(event -> route(event.get("Properties"), name))
                    .forEach(routes::add));
    return List.copyOf(routes);
  }

  /** All schedules, in the file's order. */
  public List<Schedule> schedules() {
    var schedules = new ArrayList<Schedule>();
    functionResources()
        .forEach(
            (function, resource) ->
                resource.get("Events").entries().entrySet().stream()
                    .filter(event -> event.getValue().get("Type").text().equals("Schedule"))
                    .map(
                        event ->
                            schedule(event.getKey(), function, event.getValue().get("Properties")))
                    .forEach(schedules::add));
    return List.copyOf(schedules);
  }

  /** The queue that a function consumes. */
  public Queue queue() {
    var function =
        functionResources().entrySet().stream()
            .filter(
                entry ->
                    entry.getValue().get("Events").entries().values().stream()
                        .anyMatch(event -> event.get("Type").text().equals("SQS")))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow(() -> new StartupFailure("template.yaml has no function with a queue."));
    var queue =
        root.get("Resources").entries().values().stream()
            .filter(resource -> resource.get("Type").text().equals("AWS::SQS::Queue"))
            .map(resource -> resource.get("Properties"))
            .filter(properties -> properties.get("RedrivePolicy").isPresent())
            .findFirst()
            .orElseThrow(
                () -> new StartupFailure("template.yaml has no queue with a RedrivePolicy."));
    return new Queue(
        function,
        Duration.ofSeconds(Integer.parseInt(queue.get("VisibilityTimeout").text())),
        Integer.parseInt(queue.get("RedrivePolicy").get("maxReceiveCount").text()));
  }

  private static Schedule schedule(String name, String function, Yaml properties) {
    var text = properties.get("Schedule").text();
    var rate = RATE.matcher(text);
    if (!rate.matches()) {
      throw new StartupFailure(
          "template.yaml: the schedule " + name + " must be a rate, but is " + text + ".");
    }
    var unit = ChronoUnit.valueOf(rate.group(2).toUpperCase(Locale.ROOT) + "S");
    return new Schedule(
        name,
        function,
        Duration.of(Long.parseLong(rate.group(1)), unit),
        properties.get("Input").text());
  }

  /** All functions, in the file's order. */
  public List<Function> functions() {
    var defaults = root.get("Globals").get("Function");
    var functions = new ArrayList<Function>();
    functionResources()
        .forEach(
            (name, function) ->
                functions.add(
                    new Function(
                        name,
                        function.get("Handler").text(),
                        Duration.ofSeconds(number(function, defaults, "Timeout")),
                        number(function, defaults, "MemorySize"))));
    return List.copyOf(functions);
  }

  /**
   * Returns the environment variables of the function. Throws {@link StartupFailure} with the name
   * of a variable that has a value in neither the settings nor the template.
   */
  public Map<String, String> environment(String function, Map<String, String> settings) {
    var variables = new LinkedHashMap<String, Yaml>();
    variables.putAll(
        root.get("Globals").get("Function").get("Environment").get("Variables").entries());
    variables.putAll(functionResource(function).get("Environment").get("Variables").entries());
    var environment = new LinkedHashMap<String, String>();
    variables.forEach(
        (name, variable) -> {
          var value =
              Optional.ofNullable(settings.get(name)).or(() -> resolve(variable.value(), settings));
          environment.put(
              name,
              value.orElseThrow(
                  () -> new StartupFailure(name + " is not set, and " + function + " needs it.")));
        });
    return environment;
  }

  /**
   * Checks each setting against the constraints of its parameter. Throws {@link StartupFailure}
   * with the name of the first setting that violates them.
   */
  public void check(Map<String, String> settings) {
    root.get("Parameters")
        .entries()
        .forEach(
            (name, parameter) -> {
              var setting = settingName(name);
              var value = settings.get(setting);
              if (value != null) {
                check(setting, value, parameter);
              }
            });
  }

  /** The API's CORS configuration. */
  public Cors cors(Map<String, String> settings) {
    var cors = apiResource().get("CorsConfiguration");
    return new Cors(
        texts(cors.get("AllowOrigins"), settings),
        texts(cors.get("AllowMethods"), settings),
        texts(cors.get("AllowHeaders"), settings),
        texts(cors.get("ExposeHeaders"), settings),
        cors.get("MaxAge").text());
  }

  /** The variables of the API's stage that have a value: what {@code !If} gives if it is true. */
  public Map<String, String> stageVariables(Map<String, String> settings) {
    var declared = apiResource().get("StageVariables");
    var wanted =
        declared.value() instanceof Intrinsic(var name, List<?> choice) && name.equals("If")
            ? new Yaml(choice.get(1), declared.path())
            : declared;
    var variables = new LinkedHashMap<String, String>();
    wanted
        .entries()
        .forEach(
            (name, variable) ->
                resolve(variable.value(), settings)
                    .filter(value -> !value.isEmpty())
                    .ifPresent(value -> variables.put(name, value)));
    return variables;
  }

  /** The table's keys, indexes and expiry. */
  public Table table() {
    var table = resource("AWS::DynamoDB::Table").get("Properties");
    var types = new LinkedHashMap<String, String>();
    for (var attribute : table.get("AttributeDefinitions").items()) {
      types.put(attribute.get("AttributeName").text(), attribute.get("AttributeType").text());
    }
    var indexes =
        table.get("GlobalSecondaryIndexes").items().stream()
            .map(
                index ->
                    new Index(
                        index.get("IndexName").text(),
                        keys(index),
                        index.get("Projection").get("ProjectionType").text()))
            .toList();
    var expiry = table.get("TimeToLiveSpecification").get("AttributeName").optionalText();
    return new Table(keys(table), types, indexes, expiry);
  }

  private static List<Key> keys(Yaml of) {
    return of.get("KeySchema").items().stream()
        .map(key -> new Key(key.get("AttributeName").text(), key.get("KeyType").text()))
        .toList();
  }

  private Route route(Yaml event, String function) {
    var authorizer =
        event
            .get("Auth")
            .get("Authorizer")
            .optionalText()
            .or(() -> apiResource().get("Auth").get("DefaultAuthorizer").optionalText());
    return new Route(
        routeKey(event), function, authorizer.filter(name -> !name.equals("NONE")).isPresent());
  }

  private static String routeKey(Yaml event) {
    var path = event.get("Path").optionalText().orElse("$default");
    var method = event.get("Method").optionalText().orElse("ANY").toUpperCase(Locale.ROOT);
    return path.equals("$default") ? path : method + " " + path;
  }

  private static int number(Yaml function, Yaml defaults, String name) {
    var own = function.get(name);
    return Integer.parseInt((own.isPresent() ? own : defaults.get(name)).text());
  }

  private Yaml functionResource(String name) {
    var function = functionResources().get(name);
    if (function == null) {
      throw new StartupFailure("template.yaml has no function " + name + ".");
    }
    return function;
  }

  private Map<String, Yaml> functionResources() {
    var functions = new LinkedHashMap<String, Yaml>();
    root.get("Resources")
        .entries()
        .forEach(
            (name, resource) -> {
              if (resource.get("Type").text().equals("AWS::Serverless::Function")) {
                functions.put(name, resource.get("Properties"));
              }
            });
    return functions;
  }

  private Yaml apiResource() {
    return resource("AWS::Serverless::HttpApi").get("Properties");
  }

  private Yaml resource(String type) {
    return root.get("Resources").entries().values().stream()
        .filter(resource -> resource.get("Type").text().equals(type))
        .findFirst()
        .orElseThrow(() -> new StartupFailure("template.yaml has no " + type + "."));
  }

  private List<String> texts(Yaml list, Map<String, String> settings) {
    if (list.value() instanceof Intrinsic) {
      var joined =
          resolve(list.value(), settings)
              .orElseThrow(() -> new StartupFailure(list.path() + " has no value."));
      return Arrays.stream(joined.split(",")).map(String::strip).toList();
    }
    return list.items().stream().map(Yaml::text).toList();
  }

  /**
   * Resolves a text or a reference to parameters. Returns empty for a value that only AWS can
   * resolve.
   */
  private Optional<String> resolve(@Nullable Object value, Map<String, String> settings) {
    return switch (value) {
      case Intrinsic(var name, String argument) when name.equals("Ref") ->
          parameter(argument, settings);
      case Intrinsic(var name, String argument) when name.equals("Sub") ->
          substitute(argument, settings);
      case null, default -> new Yaml(value, "").optionalText();
    };
  }

  private Optional<String> substitute(String text, Map<String, String> settings) {
    var resolved = new StringBuilder();
    var matcher = PLACEHOLDER.matcher(text);
    while (matcher.find()) {
      var value = parameter(matcher.group(1), settings);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      matcher.appendReplacement(resolved, Matcher.quoteReplacement(value.get()));
    }
    return Optional.of(matcher.appendTail(resolved).toString());
  }

  private Optional<String> parameter(String name, Map<String, String> settings) {
    var parameter = root.get("Parameters").get(name);
    if (!parameter.isPresent()) {
      return Optional.empty();
    }
    return Optional.ofNullable(settings.get(settingName(name)))
        .or(() -> parameter.get("Default").optionalText());
  }

  private static String settingName(String parameter) {
    return parameter.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }

  private static void check(String setting, String value, Yaml parameter) {
    if (parameter.get("Type").text().equals("Number")) {
      checkNumber(setting, value, parameter);
    }
    var allowed = parameter.get("AllowedValues").items().stream().map(Yaml::text).toList();
    if (!allowed.isEmpty() && !allowed.contains(value)) {
      var named = String.join(", ", allowed.stream().filter(it -> !it.isEmpty()).toList());
      throw new StartupFailure(setting + " must be one of " + named + ", but is " + value + ".");
    }
    parameter
        .get("MaxLength")
        .optionalText()
        .filter(most -> value.length() > Integer.parseInt(most))
        .ifPresent(
            most -> {
              throw new StartupFailure(
                  "%s must have at most %s characters, but has %d."
                      .formatted(setting, most, value.length()));
            });
    parameter
        .get("AllowedPattern")
        .optionalText()
        .filter(pattern -> !value.matches(pattern))
        .ifPresent(
            pattern -> {
              var rule =
                  parameter
                      .get("ConstraintDescription")
                      .optionalText()
                      .orElse("must look like " + pattern);
              throw new StartupFailure(setting + " " + rule + ", but is " + value + ".");
            });
  }

  private static void checkNumber(String setting, String value, Yaml parameter) {
    var least = parameter.get("MinValue").optionalText();
    var most = parameter.get("MaxValue").optionalText();
    var range =
        least.map(bound -> " of at least " + bound).orElse("")
            + most.map(bound -> " and at most " + bound).orElse("");
    var wrong = setting + " must be a whole number" + range + ", but is " + value + ".";
    if (!value.matches("-?\\d{1,9}")) {
      throw new StartupFailure(wrong);
    }
    var number = new BigDecimal(value);
    if (least.filter(bound -> number.compareTo(new BigDecimal(bound)) < 0).isPresent()
        || most.filter(bound -> number.compareTo(new BigDecimal(bound)) > 0).isPresent()) {
      throw new StartupFailure(wrong);
    }
  }
}
