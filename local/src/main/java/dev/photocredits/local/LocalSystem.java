package dev.photocredits.local;

import static java.util.Objects.requireNonNull;

import dev.photocredits.lambda.Environment;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The whole system, running in this process: the gateway with all functions of the template, and
 * DynamoDB, S3, SQS, Stripe and Gemini, each in our own process unless a setting points elsewhere.
 *
 * <p>Where {@code AUTH_MODE} is {@code jwt}, the gateway verifies tokens: those of {@code
 * JWT_ISSUER}, or those that this run signs for anybody.
 *
 * <p>Several can run side by side. Settings are those of the contract, and {@code PORT} (8080; 0
 * for any free one), {@code DATA_DIR} ({@code .local}), {@code SWEEP_INTERVAL_SECONDS} (how often
 * what nobody finishes is given back, 10) and {@code SANDBOX_DELAY_MS} (how long the Gemini
 * stand-in takes for a picture, 0).
 */
public final class LocalSystem implements AutoCloseable {
  /** The folder that keeps the data, unless a setting names another. */
  static final String DATA_DIR = ".local";

  /** What a secret holds when deployed; here they are settings as all others. */
  private static final List<String> SECRETS =
      List.of("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GEMINI_API_KEY");

  private final Gateway gateway;
  private final DataDir data;
  private final Template template;
  private final Map<String, String> environment;
  private final List<Service> services;
  private final Deque<AutoCloseable> opened;

  private LocalSystem(
      Gateway gateway,
      DataDir data,
      Template template,
      Map<String, String> environment,
      List<Service> services,
      Deque<AutoCloseable> opened) {
    this.gateway = gateway;
    this.data = data;
    this.template = template;
    this.environment = Map.copyOf(environment);
    this.services = services;
    this.opened = opened;
  }

  /**
   * A service that the functions use.
   *
   * @param isStandIn whether this run started it, instead of using what a setting points to
   */
  public record Part(String name, boolean isStandIn, URI address) {}

  /**
   * Starts it with the project's template, and returns when it answers. Throws {@link CannotStart}
   * if a setting is missing or wrong, and then leaves nothing running.
   */
  public static LocalSystem start(Map<String, String> settings) {
    return start(settings, _ -> {});
  }

  /**
   * The same; what goes to Lambda's own logger, and what the gateway says of a function that
   * failed, goes to {@code log}. Our handlers write their lines to standard output, as when
   * deployed.
   */
  public static LocalSystem start(Map<String, String> settings, Consumer<String> log) {
    return start(settings, InstantSource.system(), log);
  }

  /** The same, with functions that go by that clock; the services beside them do not. */
  public static LocalSystem start(
      Map<String, String> settings, InstantSource clock, Consumer<String> log) {
    return start(settings, Template.find(), StandIns.OURS, clock, log);
  }

  static LocalSystem start(
      Map<String, String> settings, Template template, StandIns standIns, Consumer<String> log) {
    return start(settings, template, standIns, InstantSource.system(), log);
  }

  private static LocalSystem start(
      Map<String, String> settings,
      Template template,
      StandIns standIns,
      InstantSource clock,
      Consumer<String> log) {
    var opened = new ArrayDeque<AutoCloseable>();
    try {
      return start(new Settings(settings), template, standIns, clock, log, opened);
    } catch (RuntimeException e) {
      Opened.close(opened);
      throw e;
    }
  }

  private static LocalSystem start(
      Settings settings,
      Template template,
      StandIns standIns,
      InstantSource clock,
      Consumer<String> log,
      Deque<AutoCloseable> opened) {
    demandWhatBelongsTogether(settings);
    template.check(Tokens.deployable(settings));
    var account = AwsAccount.of(settings);
    var gateway = Gateway.bind(settings.number("PORT", 8080, 0, 65_535));
    opened.push(gateway);
    var tokens = Tokens.of(settings, gateway.url());
    var data = DataDir.open(Path.of(settings.get("DATA_DIR", DATA_DIR)));
    opened.push(data);
    var services = new Services(settings, account, template, standIns, data, gateway.url()).start();
    services.forEach(service -> opened.push(service.stop()::run));
    tokens.map(Tokens::service).ifPresent(services::add);

    var environment = new LinkedHashMap<String, String>();
    environment.put("AUTH_MODE", "open");
    environment.put("SECRET_ID", "");
    environment.putAll(settings.values());
    environment.putAll(account.variables());
    services.forEach(service -> environment.putAll(service.variables()));
    var functions = functions(template, environment, clock, log);
    opened.push(
        Schedules.start(
            template.schedules(),
            functions,
            Duration.ofSeconds(settings.number("SWEEP_INTERVAL_SECONDS", 10, 1, 86_400)),
            log));
    opened.push(polling(template.queue(), account, environment, functions, log));
    var routes = new ArrayList<>(template.routes());
    tokens.ifPresent(
        used -> {
          routes.addAll(used.routes());
          functions.putAll(used.functions(log));
        });
    var pages = new ArrayList<>(ApiDocs.pages());
    pages.addAll(
        WebPage.pages(
            template.beside("web"), tokens.flatMap(Tokens::signer), price(template, environment)));
    // The gateway is closed first, so that running requests end while everything is still there.
    opened.remove(gateway);
    opened.push(gateway);
    gateway.serve(
        new Gateway.Api(
            routes,
            template.cors(environment),
            functions,
            tokens.map(Tokens::verifier),
            pages,
            Gateway.INTEGRATION_LIMIT,
            log));
    return new LocalSystem(gateway, data, template, environment, services, opened);
  }

  private static void demandWhatBelongsTogether(Settings settings) {
    settings.demand("STRIPE_API_BASE", "STRIPE_SECRET_KEY");
    settings.demand("STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRET");
    settings.demand("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET");
    if (settings.get("ENVIRONMENT", "").equals("production")
        && !settings.has("STRIPE_SECRET_KEY")) {
      throw new CannotStart(
          "ENVIRONMENT=production takes a live Stripe key, and the emulator has none: set"
              + " STRIPE_SECRET_KEY, or another ENVIRONMENT.");
    }
    settings.demand("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY");
    settings.demand("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    settings.checkAddresses(
        "STRIPE_API_BASE",
        "GOOGLE_GEMINI_BASE_URL",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_SQS");
  }

  private static Polling polling(
      Template.Queue queue,
      AwsAccount account,
      Map<String, String> environment,
      Map<String, LambdaFunction> functions,
      Consumer<String> log) {
    return Polling.start(
        account.sqs(URI.create(requireNonNull(environment.get("AWS_ENDPOINT_URL_SQS")))),
        requireNonNull(environment.get("QUEUE_URL")),
        requireNonNull(functions.get(queue.function())),
        log);
  }

  private static Map<String, LambdaFunction> functions(
      Template template,
      Map<String, String> environment,
      InstantSource clock,
      Consumer<String> log) {
    var functions = new LinkedHashMap<String, LambdaFunction>();
    for (var function : template.functions()) {
      var variables = variables(template, function.name(), environment);
      functions.put(
          function.name(), LambdaFunction.create(function, new Environment(variables, clock), log));
    }
    return functions;
  }

  private static Optional<String> price(Template template, Map<String, String> environment) {
    return template.functions().stream()
        .map(function -> template.environment(function.name(), environment))
        .flatMap(variables -> Optional.ofNullable(variables.get("CREDITS_PER_GENERATION")).stream())
        .findFirst();
  }

  private static Map<String, String> variables(
      Template template, String function, Map<String, String> environment) {
    var variables = new LinkedHashMap<>(template.environment(function, environment));
    var hasSecret = variables.containsKey("SECRET_ID");
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("AWS_") || (hasSecret && SECRETS.contains(name))) {
            variables.put(name, value);
          }
        });
    return variables;
  }

  /** Where the API and the page are, without a slash at the end. */
  public URI url() {
    return gateway.url();
  }

  /** The folder that keeps the data from one run to the next. */
  public Path dataDir() {
    return data.folder().toAbsolutePath();
  }

  /** What the functions may be given: addresses, names, secrets, and the settings of the start. */
  public Map<String, String> environment() {
    return environment;
  }

  /** The variables of one function: the template's, Lambda's own, and what its secret holds. */
  public Map<String, String> variables(String function) {
    return variables(template, function, environment);
  }

  /** The services that the functions use, and whether they are real. */
  public List<Part> parts() {
    return services.stream().map(Service::part).toList();
  }

  /** Our own DynamoDB, unless a setting points to another. */
  public Optional<LocalDynamoDb> dynamoDb() {
    return engine(LocalDynamoDb.class);
  }

  /** Our own S3, unless a setting points to another. */
  public Optional<LocalS3> s3() {
    return engine(LocalS3.class);
  }

  private <T> Optional<T> engine(Class<T> type) {
    return services.stream()
        .flatMap(service -> service.engine().stream())
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }

  /** Lets running requests end for up to 3 seconds, and stops everything. */
  @Override
  public void close() {
    Opened.close(opened);
  }
}
