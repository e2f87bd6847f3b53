package dev.photocredits.bench.cold;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.photocredits.aws.FakeSecretsManager;
import dev.photocredits.bench.SteadyModel;
import dev.photocredits.bench.TemporaryFolder;
import dev.photocredits.emulators.Template;
import dev.photocredits.local.LocalSystem;
import dev.photocredits.local.OpenResources;
import dev.photocredits.systemtests.fakes.StripeEvent;
import dev.photocredits.systemtests.packaging.TcpRelay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The services that the functions call, each behind TLS: DynamoDB, S3 and Stripe of the local run,
 * a fake Secrets Manager, and a model without delay. The table has one user, with plenty of
 * credits.
 */
final class ColdStartServices implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SECRET = "photo-credits/bench";
  private static final String DIGEST_SECRET = "photo-credits/digest";
  private static final List<String> SECRETS =
      List.of("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GEMINI_API_KEY");
  private static final Pattern LOG_FORMAT = Pattern.compile("LogFormat: (\\w+)");
  private static final String USER = "ada@example.com";

  private final Path folder;
  private final Certificate certificate;
  private final Path nativeClient;
  private final Map<String, String> environment;
  private final List<TcpRelay> relays;
  private final Optional<CpuLimit> limit;
  private final Deque<AutoCloseable> opened;

  private ColdStartServices(
      Path folder,
      Certificate certificate,
      Path nativeClient,
      Map<String, String> environment,
      List<TcpRelay> relays,
      Optional<CpuLimit> limit,
      Deque<AutoCloseable> opened) {
    this.folder = folder;
    this.certificate = certificate;
    this.nativeClient = nativeClient;
    this.environment = environment;
    this.relays = relays;
    this.limit = limit;
    this.opened = opened;
  }

  /** Starts all services, with their data and files in the folder. */
  static ColdStartServices open(TemporaryFolder scratch) throws Exception {
    var folder = scratch.folder();
    var opened = new ArrayDeque<AutoCloseable>();
    try {
      var limit = CpuLimit.open();
      limit.ifPresent(opened::push);
      var model = new SteadyModel();
      opened.push(model);
      var settings = new HashMap<>(model.settings(folder));
      settings.put("SWEEP_INTERVAL_SECONDS", "86400");
      var system = LocalSystem.start(settings, scratch.log()::println);
      opened.push(system);
      createUser(system.url());

      var certificate = Certificate.in(folder);
      var environment = new LinkedHashMap<>(system.environment());
      environment.put("AUTH_MODE", "jwt");
      environment.put("SECRET_ID", SECRET);
      var secrets = new FakeSecretsManager();
      opened.push(secrets);
      secrets.put(SECRET, JSON.writeValueAsString(only(SECRETS, environment)));
      secrets.put(DIGEST_SECRET, JSON.writeValueAsString(only(List.of("DIGEST_KEY"), environment)));
      environment.remove("DIGEST_KEY");
      environment.put("DIGEST_SECRET_ID", DIGEST_SECRET);
      environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.address().toString());
      var relays = new ArrayList<TcpRelay>();
      for (var address :
          List.of(
              "AWS_ENDPOINT_URL_DYNAMODB",
              "AWS_ENDPOINT_URL_S3",
              "AWS_ENDPOINT_URL_SECRETS_MANAGER",
              "STRIPE_API_BASE",
              "GOOGLE_GEMINI_BASE_URL")) {
        var plain = URI.create(Objects.requireNonNull(environment.get(address)));
        var relay = tlsRelay(plain, certificate);
        opened.push(relay);
        relays.add(relay);
        environment.put(address, "https://127.0.0.1:" + relay.port());
      }
      return new ColdStartServices(
          folder, certificate, nativeClient(folder), environment, relays, limit, opened);
    } catch (Exception e) {
      OpenResources.close(opened);
      throw e;
    }
  }

  private static TcpRelay tlsRelay(URI plain, Certificate certificate) throws IOException {
    var here = InetAddress.getLoopbackAddress();
    return TcpRelay.start(
        certificate.server().getServerSocketFactory().createServerSocket(0, 50, here),
        new InetSocketAddress(plain.getHost(), plain.getPort()));
  }

  private static Map<String, String> only(List<String> names, Map<String, String> of) {
    var some = new LinkedHashMap<>(of);
    some.keySet().retainAll(names);
    return some;
  }

  private static void createUser(URI api) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      var read = HttpRequest.newBuilder(api.resolve("/api/credits/" + USER)).build();
      var answer = http.send(read, BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException("cannot create the user: " + answer.body());
      }
    }
  }

  private static Path nativeClient(Path folder) throws IOException {
    var resource =
        Sandbox.nativeClientResource()
            .orElseThrow(
                () -> new IOException("the runtime interface client runs on 64-bit Linux only"));
    var file = folder.resolve("aws-lambda-jni.so");
    try (var in = Objects.requireNonNull(ColdStartServices.class.getResourceAsStream(resource))) {
      var _ = Files.copy(in, file);
    }
    return file;
  }

  /** All candidates: the floor first, then the functions, each with its own event. */
  List<Candidate> candidates() throws IOException {
    var candidates = new ArrayList<Candidate>();
    candidates.add(Candidate.floor(folder, globals(), event("health")));
    for (var name : List.of("health", "credits", "checkout", "generation")) {
      candidates.add(function(name, name, Map.of(), event(name), Candidate.OK));
    }
    candidates.add(
        function(
            "webhook",
            "webhook",
            Map.of(),
            () -> signed("checkout.session.completed"),
            Candidate.OK));
    candidates.add(
        function(
                "webhook",
                "bare webhook",
                Map.of("STRIPE_WEBHOOK_SECRET", SteadyModel.WEBHOOK_SECRET),
                () -> signed("customer.created"),
                Candidate.OK)
            .with(BareWebhook.class));
    candidates.add(function("feedback", "feedback", Map.of(), event("feedback"), Candidate.OK));
    var nothingToDo = Pattern.compile("\"refunded\":0");
    candidates.add(function("sweeper", "sweeper", Map.of(), event("sweeper"), nothingToDo));
    candidates.add(
        function("worker", "worker", Map.of(), event("worker"), Pattern.compile("nothing")));
    return candidates;
  }

  /** A balance read written with another framework, from the zip of its build. */
  Candidate peer(String name, Path zip, String handler) throws IOException {
    var dynamoDb = Objects.requireNonNull(environment.get("AWS_ENDPOINT_URL_DYNAMODB"));
    var table = Objects.requireNonNull(environment.get("TABLE_NAME"));
    var variables = new LinkedHashMap<>(globals());
    variables.put("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb);
    variables.put("TABLE_NAME", table);
    return Candidate.of(name, zip, folder, handler, variables, event("credits"), Candidate.OK);
  }

  /**
   * A function of the template.
   *
   * @param overrides variables that replace those of the template and the services
   */
  private Candidate function(
      String function,
      String name,
      Map<String, String> overrides,
      Supplier<byte[]> event,
      Pattern answer)
      throws IOException {
    var template = Template.find();
    var resource =
        function.substring(0, 1).toUpperCase(Locale.ROOT) + function.substring(1) + "Function";
    var variables = new LinkedHashMap<>(template.environment(resource, environment));
    environment.forEach(
        (key, value) -> {
          if (key.startsWith("AWS_ENDPOINT_URL_") || key.equals("AWS_REGION")) {
            variables.put(key, value);
          }
        });
    variables.put("AWS_LAMBDA_LOG_FORMAT", logFormat());
    variables.putAll(overrides);
    var handler =
        template.functions().stream()
            .filter(declared -> declared.name().equals(resource))
            .findFirst()
            .orElseThrow()
            .handler();
    var zip = Path.of("functions", function, "target", function + "-function.zip");
    return Candidate.of(name, zip, folder, handler, variables, event, answer);
  }

  /** The environment variables that all functions share, and the runtime's log format. */
  private Map<String, String> globals() throws IOException {
    var variables = new LinkedHashMap<>(Template.find().environment("HealthFunction", environment));
    variables.put("AWS_LAMBDA_LOG_FORMAT", logFormat());
    return variables;
  }

  /** The template's log format, on which the classes that the runtime loads depend. */
  private static String logFormat() throws IOException {
    var format = LOG_FORMAT.matcher(Files.readString(Path.of("template.yaml")));
    return format.find() ? format.group(1) : "Text";
  }

  private static Supplier<byte[]> event(String name) {
    var event = read(name);
    return () -> event;
  }

  private static byte[] read(String name) {
    try {
      return Files.readAllBytes(Path.of("events", name + ".json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A webhook event about a new session, with a current signature. */
  private static byte[] signed(String type) {
    try {
      var event = (ObjectNode) JSON.readTree(read("webhook"));
      var body = (ObjectNode) JSON.readTree(event.path("body").asText());
      var id = UUID.randomUUID().toString().replace("-", "");
      body.put("id", "evt_" + id).put("type", type);
      var session = (ObjectNode) body.path("data").path("object");
      session.put("id", "cs_test_" + id).put("payment_intent", "pi_" + id);
      var text = body.toString();
      event.put("body", text);
      ((ObjectNode) event.path("headers"))
          .put(
              "stripe-signature",
              StripeEvent.signature(text, SteadyModel.WEBHOOK_SECRET, Instant.now()));
      return event.toString().getBytes(UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isLimited() {
    return limit.isPresent();
  }

  /** Limits the process to the CPU share that Lambda gives it after init, if that is possible. */
  void limit(Process process) throws IOException {
    if (limit.isPresent()) {
      limit.get().apply(process);
    }
  }

  void dropConnections() {
    relays.forEach(TcpRelay::drop);
  }

  String accessKey() {
    return Objects.requireNonNull(environment.get("AWS_ACCESS_KEY_ID"));
  }

  String secretKey() {
    return Objects.requireNonNull(environment.get("AWS_SECRET_ACCESS_KEY"));
  }

  Path trustStore() {
    return certificate.trustStore();
  }

  Path nativeClient() {
    return nativeClient;
  }

  /** The file with the output of a function. */
  Path log() {
    return folder.resolve("function.log");
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    OpenResources.close(opened);
  }
}
