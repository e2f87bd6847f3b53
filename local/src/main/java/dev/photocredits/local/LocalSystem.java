package dev.photocredits.local;

import static java.util.Objects.requireNonNull;

import dev.photocredits.emulators.AwsAccount;
import dev.photocredits.emulators.LocalCallers;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.emulators.Template;
import dev.photocredits.lambda.Environment;
import dev.photocredits.local.gateway.ApiDocs;
import dev.photocredits.local.gateway.Gateway;
import dev.photocredits.local.gateway.LambdaFunction;
import dev.photocredits.local.gateway.WebPage;
import dev.photocredits.operator.SettingNames;
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
 * The whole system in this process: the gateway with all functions of the template, and DynamoDB,
 * S3, SQS, Stripe and Gemini. Each service is emulated unless a setting points to another one.
 *
 * <p>If {@code AUTH_MODE} is {@code jwt}, the gateway verifies tokens: those of {@code JWT_ISSUER},
 * or those of a local issuer that issues them to every caller.
 *
 * <p>Several systems can run at the same time. The settings are those of the functions, and:
 *
 * <ul>
 *   <li>{@code PORT}: 8080 by default; 0 for any free port
 *   <li>{@code DATA_DIR}: the folder with the data, {@code .local} by default
 *   <li>{@code ALLOWED_HOSTS}: host names under which requests are accepted, besides localhost
 *   <li>{@code SWEEP_INTERVAL_SECONDS}: how often the sweeper runs, 10 by default
 *   <li>{@code SANDBOX_DELAY_MS}: how long the Gemini emulator takes for a picture, 0 by default
 * </ul>
 */
public final class LocalSystem implements AutoCloseable {
  /** The default folder for the data. */
  static final String DATA_DIR = ".local";

  /** The fields of the secrets in a deployed stage. In a local run they are ordinary settings. */
  private static final List<String> SECRETS =
      List.of("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GEMINI_API_KEY");

  /** The settings that tell the digest key of a table. */
  private static final List<String> DIGEST_KEYS = List.of("DIGEST_KEY", "DIGEST_SECRET_ID");

  private final Gateway gateway;
  private final DataDir data;
  private final Template template;
  private final Map<String, String> environment;
  private final List<LocalService> services;
  private final Deque<AutoCloseable> opened;

  private LocalSystem(
      Gateway gateway,
      DataDir data,
      Template template,
      Map<String, String> environment,
      List<LocalService> services,
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
   * @param isEmulator whether this run started it, rather than using one that a setting points to
   */
  public record Service(String name, boolean isEmulator, URI address) {}

  /**
   * Starts the system with the project's template, and returns once it serves requests. Throws
   * {@link StartupFailure} if a setting is missing or wrong, and then leaves nothing running.
   */
  public static LocalSystem start(Map<String, String> settings) {
    return start(settings, _ -> {});
  }

  /**
   * Like {@link #start(Map)}, with {@code log} receiving what functions write to Lambda's logger
   * and the failures that the gateway reports. Our handlers write their log lines to standard
   * output, as when deployed.
   */
  public static LocalSystem start(Map<String, String> settings, Consumer<String> log) {
    return start(settings, InstantSource.system(), log);
  }

  /** Like {@link #start(Map, Consumer)}, with a clock for the functions, but not the services. */
  public static LocalSystem start(
      Map<String, String> settings, InstantSource clock, Consumer<String> log) {
    return start(settings, Template.find(), LocalEmulators.OURS, clock, log);
  }

  static LocalSystem start(
      Map<String, String> settings,
      Template template,
      LocalEmulators emulators,
      Consumer<String> log) {
    return start(settings, template, emulators, InstantSource.system(), log);
  }

  private static LocalSystem start(
      Map<String, String> settings,
      Template template,
      LocalEmulators emulators,
      InstantSource clock,
      Consumer<String> log) {
    var opened = new ArrayDeque<AutoCloseable>();
    try {
      return start(new Settings(settings), template, emulators, clock, log, opened);
    } catch (RuntimeException e) {
      OpenResources.close(opened);
      throw e;
    }
  }

  private static LocalSystem start(
      Settings settings,
      Template template,
      LocalEmulators emulators,
      InstantSource clock,
      Consumer<String> log,
      Deque<AutoCloseable> opened) {
    requireDependentSettings(settings);
    template.check(TokenCheck.deployable(settings));
    var callers = LocalCallers.of(settings);
    var account = AwsAccount.of(settings);
    var gateway = Gateway.bind(settings.number("PORT", 8080, 0, 65_535));
    opened.push(gateway);
    var tokens = TokenCheck.of(settings, gateway.url());
    var data = DataDir.open(Path.of(settings.get("DATA_DIR", DATA_DIR)));
    opened.push(data);
    var services =
        new LocalServices(settings, account, template, emulators, data, gateway.url()).start();
    services.forEach(service -> opened.push(service.stop()::run));
    tokens.map(TokenCheck::service).ifPresent(services::add);

    var environment = new LinkedHashMap<String, String>();
    environment.put("AUTH_MODE", "open");
    environment.put("SECRET_ID", "");
    environment.put("DIGEST_SECRET_ID", "");
    if (DIGEST_KEYS.stream().noneMatch(settings::has)) {
      environment.put("DIGEST_KEY", DigestKeyFile.in(data.folder()));
    }
    environment.put("METRICS_NAMESPACE", "photo-credits");
    if (!settings.has("GEMINI_API_KEY") || settings.has("GOOGLE_GEMINI_BASE_URL")) {
      environment.put("MODEL_DAILY_PICTURES", "0"); // an emulator's pictures cost nothing
    }
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
        check -> {
          routes.addAll(check.routes());
          functions.putAll(check.functions(log));
        });
    var pages = new ArrayList<>(ApiDocs.pages());
    pages.addAll(WebPage.pages(template.beside("web"), tokens.flatMap(TokenCheck::tokenPath)));
    // The gateway is closed first, so that running requests finish while the services still run.
    opened.remove(gateway);
    opened.push(gateway);
    gateway.serve(
        new Gateway.Api(
            routes,
            template.cors(environment),
            functions,
            tokens.map(TokenCheck::verifier),
            template.stageVariables(environment),
            callers,
            pages,
            Gateway.INTEGRATION_LIMIT,
            log));
    return new LocalSystem(gateway, data, template, environment, services, opened);
  }

  private static void requireDependentSettings(Settings settings) {
    SettingNames.misspelled(settings.values().keySet())
        .ifPresent(
            found -> {
              throw new StartupFailure(found.toString());
            });
    settings.require("STRIPE_API_BASE", "STRIPE_SECRET_KEY");
    settings.require("STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRET");
    settings.require("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET");
    if (settings.get("ENVIRONMENT", "").equals("production")
        && !settings.has("STRIPE_SECRET_KEY")) {
      throw new StartupFailure(
          "ENVIRONMENT=production needs a live Stripe key. Set STRIPE_SECRET_KEY, or set another"
              + " ENVIRONMENT.");
    }
    settings.require("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY");
    settings.require("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    requireDigestKey(settings);
    settings.checkUrls(
        "STRIPE_API_BASE",
        "GOOGLE_GEMINI_BASE_URL",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_SQS");
  }

  /** A table that is not a local one belongs to a stack, which has a key. */
  private static void requireDigestKey(Settings settings) {
    var isRemote =
        settings
            .address("AWS_ENDPOINT_URL_DYNAMODB")
            .filter(address -> !Settings.isLoopback(address))
            .isPresent();
    if (isRemote && DIGEST_KEYS.stream().noneMatch(settings::has)) {
      throw new StartupFailure(
          "AWS_ENDPOINT_URL_DYNAMODB is set, so DIGEST_SECRET_ID must be set as well.");
    }
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

  private static Map<String, String> variables(
      Template template, String function, Map<String, String> environment) {
    var variables = new LinkedHashMap<>(template.environment(function, environment));
    var hasSecret = variables.containsKey("SECRET_ID");
    var hasDigestKey = variables.containsKey("DIGEST_SECRET_ID");
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("AWS_")
              || (hasSecret && SECRETS.contains(name))
              || (hasDigestKey && name.equals("DIGEST_KEY"))) {
            variables.put(name, value);
          }
        });
    return variables;
  }

  /** The base URL of the API and the page, without a trailing slash. */
  public URI url() {
    return gateway.url();
  }

  /** The folder that keeps the data between runs. */
  public Path dataDir() {
    return data.folder().toAbsolutePath();
  }

  /** The variables from which functions get theirs: URLs, names, secrets and the settings. */
  public Map<String, String> environment() {
    return environment;
  }

  /**
   * The environment variables of a function: the template's, those for the AWS SDK, and the fields
   * of its secret.
   */
  public Map<String, String> variables(String function) {
    return variables(template, function, environment);
  }

  /** The services that the functions use, and whether each is emulated. */
  public List<Service> services() {
    return services.stream().map(LocalService::service).toList();
  }

  /** Our own DynamoDB, or empty if a setting points to another. */
  public Optional<LocalDynamoDb> dynamoDb() {
    return emulator(LocalDynamoDb.class);
  }

  /** Our own S3, or empty if a setting points to another. */
  public Optional<LocalS3> s3() {
    return emulator(LocalS3.class);
  }

  private <T> Optional<T> emulator(Class<T> type) {
    return services.stream()
        .flatMap(service -> service.emulator().stream())
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }

  /** Lets running requests finish for up to 3 seconds, and stops everything. */
  @Override
  public void close() {
    OpenResources.close(opened);
  }
}
