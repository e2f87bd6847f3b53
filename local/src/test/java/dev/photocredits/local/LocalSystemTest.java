package dev.photocredits.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.emulators.LocalCallers;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.emulators.Template;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Tests of what {@link LocalSystem} starts and rejects. Every function is a greeting. */
public final class LocalSystemTest {
  private static final Map<String, AttributeValue> ADA =
      Map.of("PK", AttributeValue.fromS("USER#ada"), "SK", AttributeValue.fromS("PROFILE"));

  @TempDir private Path folder;

  private final List<String> log = new CopyOnWriteArrayList<>();
  private final RecordedEmulators emulators = new RecordedEmulators();
  private Template template = Template.find();

  @BeforeEach
  void write_a_template_whose_functions_all_greet() throws IOException {
    var file = folder.resolve("template.yaml");
    var project = Files.readString(projectTemplate());
    var handlers = project.replaceAll("Handler: dev\\.photocredits\\.functions\\S+", GREETING);
    Files.writeString(file, handlers);
    template = Template.read(file);
    Files.writeString(
        Files.createDirectory(folder.resolve("web")).resolve("index.html"), "<p>page");
  }

  private static final String GREETING = "Handler: dev.photocredits.local.gateway.GreetingHandler";

  @Test
  void it_serves_the_api_and_the_page() throws Exception {
    try (var system = start(Map.of())) {
      assertThat(get(system.url() + "/api/health")).isEqualTo("hello");
      assertThat(get(system.url() + "/?payment=success")).isEqualTo("<p>page");
      assertThat(get(system.url() + "/config.json")).isEqualTo("{\"api\":\"\",\"sign_in\":null}");
      assertThat(log).containsExactly("greeted");
    }
  }

  @Test
  void a_change_of_the_page_is_visible_without_a_restart() throws Exception {
    try (var system = start(Map.of())) {
      Files.writeString(folder.resolve("web/index.html"), "<p>other");

      assertThat(get(system.url() + "/")).isEqualTo("<p>other");
    }
  }

  @Test
  void the_api_docs_load_nothing_from_other_hosts() throws Exception {
    try (var system = start(Map.of())) {
      var page = get(system.url() + "/docs");

      assertThat(page).doesNotContain("http:", "https:");
      assertThat(get(system.url() + "/docs/docs.js")).contains("/openapi.yaml");
      assertThat(get(system.url() + "/openapi.yaml"))
          .isEqualTo(Files.readString(projectTemplate().resolveSibling("openapi.yaml")));
      for (var link : List.of("/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js")) {
        assertThat(page).contains(link);
        assertThat(get(system.url() + link)).contains("swagger-ui");
      }
    }
  }

  @Test
  void every_service_is_emulated_by_default() {
    try (var system = start(Map.of())) {
      assertThat(system.services())
          .extracting(service -> service.name() + " " + service.isEmulator())
          .containsExactly("DynamoDB true", "S3 true", "SQS true", "Stripe true", "Gemini true");
      assertThat(system.environment())
          .containsEntry("AUTH_MODE", "open")
          .containsEntry("AWS_REGION", "us-east-1")
          .containsEntry("FRONTEND_URL", system.url().toString())
          .containsEntry("STRIPE_API_BASE", "http://127.0.0.1:1")
          .containsEntry("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:2");
      assertThat(emulators.webhookTarget.get())
          .isEqualTo(URI.create(system.url() + "/api/webhooks/stripe"));
      assertThat(emulators.delay).isZero();
    }
  }

  @Test
  void external_services_are_used_and_their_emulators_not_started() {
    var given =
        Map.of(
            "STRIPE_API_BASE", "http://127.0.0.1:9001",
            "STRIPE_SECRET_KEY", "sk_test_x",
            "STRIPE_WEBHOOK_SECRET", "whsec_x",
            "GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9002",
            "GEMINI_API_KEY", "key");

    try (var system = start(given)) {
      assertThat(system.services())
          .contains(
              new LocalSystem.Service("Stripe", false, URI.create("http://127.0.0.1:9001")),
              new LocalSystem.Service("Gemini", false, URI.create("http://127.0.0.1:9002")));
      assertThat(system.environment())
          .containsAllEntriesOf(given)
          .doesNotContainKey("FRONTEND_URL");
      assertThat(emulators.stripeSecret).isEmpty();
    }
  }

  @Test
  void with_auth_mode_jwt_a_local_issuer_is_started() throws Exception {
    try (var system = start(Map.of("AUTH_MODE", "jwt"))) {
      assertThat(system.services()).contains(new LocalSystem.Service("Tokens", true, system.url()));
      assertThat(system.environment())
          .containsEntry("JWT_ISSUER", system.url().toString())
          .containsEntry("JWT_AUDIENCE", "photo-credits");
      assertThat(get(system.url() + "/api/packages")).isEqualTo("hello");
      assertThat(get(system.url() + "/api/credits/ada@example.com"))
          .isEqualTo("{\"message\":\"Unauthorized\"}");
      assertThat(get(system.url() + "/.well-known/openid-configuration"))
          .contains("\"jwks_uri\":\"" + system.url() + "/.well-known/jwks.json\"");
      assertThat(get(system.url() + "/.well-known/jwks.json"))
          .contains("\"kty\":\"RSA\"")
          .doesNotContain("\"d\"", "\"p\"", "\"q\"");
      assertThat(get(system.url() + "/config.json"))
          .contains("\"sign_in\":{\"tokens\":\"/sandbox/tokens\"}");
    }
  }

  @Test
  void without_auth_mode_jwt_or_with_an_external_issuer_no_local_issuer_is_started()
      throws Exception {
    var given =
        Map.of(
            "AUTH_MODE", "jwt", "JWT_ISSUER", "http://127.0.0.1:9003", "JWT_AUDIENCE", "client-1");

    try (var system = start(Map.of())) {
      assertThat(get(system.url() + "/.well-known/jwks.json")).isEqualTo("hello");
      assertThat(get(system.url() + "/config.json")).contains("\"sign_in\":null");
    }
    try (var system = start(given)) {
      assertThat(system.services())
          .contains(new LocalSystem.Service("Tokens", false, URI.create("http://127.0.0.1:9003")));
      assertThat(system.environment()).containsAllEntriesOf(given);
      assertThat(get(system.url() + "/.well-known/jwks.json")).isEqualTo("hello");
      assertThat(get(system.url() + "/config.json")).contains("\"sign_in\":null");
    }
  }

  @Test
  void an_issuer_on_another_host_needs_tls() {
    var plain =
        Map.of(
            "AUTH_MODE", "jwt", "JWT_ISSUER", "http://issuer.example", "JWT_AUDIENCE", "client-1");

    assertThatThrownBy(() -> start(plain))
        .isInstanceOf(StartupFailure.class)
        .hasMessageStartingWith("JWT_ISSUER must look like ")
        .hasMessageContaining("https://");
  }

  @Test
  void table_and_bucket_are_created_in_an_external_dynamo_db_and_s3_on_this_machine() {
    try (var dynamoDb = LocalDynamoDb.inMemory();
        var s3 = LocalS3.inMemory();
        var system =
            start(
                Map.of(
                    "AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.endpoint().toString(),
                    "AWS_ENDPOINT_URL_S3", s3.endpoint().toString(),
                    "TABLE_NAME", "given-table"));
        var tables = dynamoDb.client();
        var buckets = s3.client()) {
      assertThat(system.dynamoDb()).isEmpty();
      assertThat(system.s3()).isEmpty();
      assertThat(tables.listTables().tableNames()).containsExactly("given-table");
      assertThat(buckets.listBuckets().buckets()).hasSize(1);
    }
  }

  @Test
  void two_systems_run_at_the_same_time() throws Exception {
    try (var one = start(Map.of("DATA_DIR", folder.resolve("one").toString()));
        var other = start(Map.of("DATA_DIR", folder.resolve("other").toString()))) {
      assertThat(one.url()).isNotEqualTo(other.url());
      assertThat(get(one.url() + "/api/health")).isEqualTo("hello");
      assertThat(get(other.url() + "/api/health")).isEqualTo("hello");
    }
  }

  @Test
  void data_survives_a_restart() {
    try (var system = start(Map.of())) {
      write(system);
    }

    try (var system = start(Map.of());
        var client = system.dynamoDb().orElseThrow().client()) {
      var table = system.environment().get("TABLE_NAME");

      assertThat(client.getItem(get -> get.tableName(table).key(ADA)).item()).isEqualTo(ADA);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "STRIPE_API_BASE, http://127.0.0.1:9, STRIPE_SECRET_KEY",
    "STRIPE_SECRET_KEY, sk_live, STRIPE_WEBHOOK_SECRET",
    "ENVIRONMENT, production, STRIPE_SECRET_KEY",
    "GOOGLE_GEMINI_BASE_URL, http://127.0.0.1:9, GEMINI_API_KEY",
    "PORT, eighty, PORT",
    "PORT, 70000, PORT",
    "AWS_ENDPOINT_URL_S3, localhost:9, AWS_ENDPOINT_URL_S3",
    "WELCOME_CREDITS, -1, WELCOME_CREDITS",
    "JWT_ISSUER, https://issuer.example, JWT_AUDIENCE",
    "JWT_ISSUER, issuer.example, JWT_ISSUER",
    "AUTH_MODE, foo, AUTH_MODE must be open or jwt",
    "AWS_ENDPOINT_URL_DYNAMODB, http://127.0.0.1:1, DynamoDB at 127.0.0.1:1 refuses connections.",
    "AWS_ENDPOINT_URL_S3, http://127.0.0.1:1, S3 at 127.0.0.1:1 refuses connections.",
    "AWS_ENDPOINT_URL_SQS, http://127.0.0.1:1, SQS at 127.0.0.1:1 refuses connections.",
    "AWS_ENDPOINT_URL_DYNAMODB, https://dynamodb.example, so DIGEST_SECRET_ID must be set",
    "ALLOWED_HOSTS, 'box.example,', ALLOWED_HOSTS",
    "ALLOWED_HOSTS, box.example:8080, ALLOWED_HOSTS",
    "ALLOWED_HOSTS, *, ALLOWED_HOSTS"
  })
  void a_missing_or_malformed_setting_is_a_one_line_error_that_names_it(
      String setting, String value, String named) {
    var refusal = catchThrowableOfType(StartupFailure.class, () -> start(Map.of(setting, value)));

    assertThat(refusal).hasMessageContaining(named).hasMessageEndingWith(".");
    assertThat(refusal.getMessage()).doesNotContain("\n");
  }

  @Test
  void a_misspelled_setting_is_rejected_with_the_name_that_was_meant() {
    assertThatThrownBy(() -> start(Map.of("CREDIT_PER_GENERATION", "5")))
        .isInstanceOf(StartupFailure.class)
        .hasMessage("CREDIT_PER_GENERATION is not a setting. Did you mean CREDITS_PER_GENERATION?");
  }

  @Test
  void an_issuer_without_auth_mode_jwt_is_rejected() {
    var open = Map.of("JWT_ISSUER", "https://issuer.example", "JWT_AUDIENCE", "client-1");

    assertThatThrownBy(() -> start(open))
        .isInstanceOf(StartupFailure.class)
        .hasMessage("JWT_ISSUER is set, so AUTH_MODE must be jwt.");
  }

  @Test
  void an_empty_setting_counts_as_not_set() {
    try (var system = start(Map.of("STRIPE_API_BASE", "", "GEMINI_API_KEY", " "))) {
      assertThat(system.services()).allMatch(LocalSystem.Service::isEmulator);
    }
  }

  @Test
  void a_port_or_folder_in_use_is_rejected_and_nothing_is_left_running() {
    try (var system = start(Map.of())) {
      var port = Integer.toString(system.url().getPort());
      var elsewhere = folder.resolve("elsewhere").toString();

      assertThatThrownBy(() -> start(Map.of("PORT", port, "DATA_DIR", elsewhere)))
          .isInstanceOf(StartupFailure.class)
          .hasMessageStartingWith("Port " + port + " is in use");
      assertThatThrownBy(() -> start(Map.of()))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("is in use by another run");
    }

    start(Map.of()).close();
  }

  @Test
  void a_data_folder_that_is_a_file_is_rejected_with_a_remedy() throws IOException {
    var file = Files.createFile(folder.resolve("file")).toString();

    assertThatThrownBy(() -> start(Map.of("DATA_DIR", file)))
        .isInstanceOf(StartupFailure.class)
        .hasMessage(
            "Cannot use DATA_DIR %s: %s is not a folder. Set DATA_DIR to a folder that you may write to."
                .formatted(file, file));
  }

  @Test
  void a_handler_that_does_not_exist_is_an_error_that_names_it() throws IOException {
    var file = folder.resolve("broken.yaml");
    Files.writeString(
        file, Files.readString(folder.resolve("template.yaml")).replace("Greeting", "Absent"));
    template = Template.read(file);

    assertThatThrownBy(() -> start(Map.of()))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("dev.photocredits.local.gateway.AbsentHandler");
  }

  private LocalSystem start(Map<String, String> settings) {
    var all = new HashMap<>(Map.of("PORT", "0", "DATA_DIR", folder.resolve("data").toString()));
    all.putAll(settings);
    return LocalSystem.start(all, template, emulators, log::add);
  }

  private static Path projectTemplate() {
    for (var path = Path.of("").toAbsolutePath(); path != null; path = path.getParent()) {
      if (Files.exists(path.resolve("template.yaml"))) {
        return path.resolve("template.yaml");
      }
    }
    throw new IllegalStateException("no template.yaml");
  }

  private static void write(LocalSystem system) {
    try (var client = system.dynamoDb().orElseThrow().client()) {
      client.putItem(put -> put.tableName(system.environment().get("TABLE_NAME")).item(ADA));
    }
  }

  private static String get(String address) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString())
          .body();
    }
  }

  /** Records the arguments with which emulators are started. Nothing listens at their URLs. */
  private static final class RecordedEmulators implements LocalEmulators {
    private String stripeSecret = "";
    private Supplier<URI> webhookTarget = () -> URI.create("http://nowhere");
    private Duration delay = Duration.ofDays(1);

    @Override
    public EmulatorOfAService stripe(
        Path dataDir, String webhookSecret, Supplier<URI> target, LocalCallers callers) {
      stripeSecret = webhookSecret;
      webhookTarget = target;
      return new EmulatorOfAService(URI.create("http://127.0.0.1:1"), () -> {});
    }

    @Override
    public EmulatorOfAService gemini(Duration wanted) {
      delay = wanted;
      return new EmulatorOfAService(URI.create("http://127.0.0.1:2"), () -> {});
    }
  }
}
