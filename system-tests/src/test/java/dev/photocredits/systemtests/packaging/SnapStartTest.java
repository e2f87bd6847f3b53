package dev.photocredits.systemtests.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.function.Function.identity;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.stripe.net.Webhook;
import dev.photocredits.aws.FakeSecretsManager;
import dev.photocredits.functions.checkout.CheckoutHandler;
import dev.photocredits.functions.credits.CreditsHandler;
import dev.photocredits.functions.feedback.FeedbackHandler;
import dev.photocredits.functions.generation.GenerationHandler;
import dev.photocredits.functions.health.HealthHandler;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.functions.webhook.WebhookHandler;
import dev.photocredits.functions.worker.WorkerHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.LambdaSerializer;
import dev.photocredits.lambda.SnapStart;
import dev.photocredits.lambda.TestDigestKey;
import dev.photocredits.lambda.TestInvocation;
import dev.photocredits.systemtests.ProjectFiles;
import dev.photocredits.systemtests.fakes.EmptyServices;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.crac.Core;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each function does before a snapshot and after a restore, as seen by its services. */
final class SnapStartTest {
  private static final Map<String, Function<Environment, Object>> FUNCTIONS =
      Map.of(
          "checkout", CheckoutHandler::new,
          "credits", CreditsHandler::new,
          "feedback", FeedbackHandler::new,
          "generation", GenerationHandler::new,
          "health", HealthHandler::new,
          "sweeper", SweeperHandler::new,
          "webhook", WebhookHandler::new,
          "worker", WorkerHandler::new);

  private static final String PICTURE = "HEAD /images-of-nobody/images/nothing";
  private static final String MODEL = "GET /v1beta/models/gemini-nano-banana-2.1";

  /** How often priming calls each service, with one round of compilation. */
  private static final List<Arguments> CALLS =
      List.of(
          Arguments.of(
              "checkout", Map.of("GET /v1/checkout/sessions/cs_nobody", 3L, "GetItem", 3L)),
          Arguments.of("credits", Map.of("Query", 4L, "GetItem", 7L)),
          Arguments.of("feedback", Map.of("GetItem", 3L)),
          Arguments.of("generation", Map.of("GetItem", 11L, PICTURE, 3L, MODEL, 3L)),
          Arguments.of("health", Map.of()),
          Arguments.of("sweeper", Map.of("GetItem", 3L)),
          Arguments.of("webhook", Map.of("GetItem", 3L)),
          Arguments.of("worker", Map.of("GetItem", 3L, PICTURE, 3L, MODEL, 3L)));

  private final EmptyServices services = new EmptyServices();
  private final FakeSecretsManager secretsManager = new FakeSecretsManager();
  private final PrintStream standardOutput = System.out;
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private Instant time = Instant.now();

  @AfterEach
  void stop() {
    System.setOut(standardOutput);
    secretsManager.close();
    services.close();
  }

  @ParameterizedTest
  @FieldSource("CALLS")
  void priming_reads_from_every_service_but_writes_to_none_and_logs_nothing(
      String function, Map<String, Long> calls) {
    var snapStart = snapStart(create(function, environment(services.address())));

    snapStart.prime(Duration.ZERO);

    assertThat(logged.toString(UTF_8)).isEmpty();
    assertThat(services.calls().stream().collect(groupingBy(identity(), counting())))
        .isEqualTo(calls);
  }

  @ParameterizedTest
  @ValueSource(strings = {"credits", "generation"})
  void compiling_calls_no_service_of_others_again(String function) {
    var snapStart = snapStart(create(function, environment(services.address())));

    snapStart.prime(Duration.ofSeconds(2));

    var others = services.calls().stream().filter(call -> call.contains("/")).toList();
    assertThat(others).hasSize(function.equals("generation") ? 6 : 0);
    assertThat(services.calls()).hasSizeGreaterThan(20);
    assertThat(Set.copyOf(services.calls())).isSubsetOf("GetItem", "Query", PICTURE, MODEL);
    assertThat(logged.toString(UTF_8)).isEmpty();
  }

  @Test
  void every_function_is_primed() {
    assertThat(FUNCTIONS.keySet()).containsExactlyInAnyOrderElementsOf(ProjectFiles.functions());
    assertThat(CALLS.stream().map(arguments -> arguments.get()[0]))
        .containsExactlyInAnyOrderElementsOf(ProjectFiles.functions());
  }

  @ParameterizedTest
  @MethodSource("dev.photocredits.systemtests.ProjectFiles#functions")
  void a_snapshot_is_taken_even_if_no_service_can_be_reached(String function) {
    services.close();
    var snapStart = snapStart(create(function, environment(services.address())));

    snapStart.prime(Duration.ZERO);

    var failures = logged.toString(UTF_8).lines().toList();
    assertThat(failures).hasSize(function.equals("health") ? 0 : 1);
    assertThat(failures).allSatisfy(line -> assertThat(line).contains("\"priming\":\"failed\""));
  }

  @ParameterizedTest
  @MethodSource("dev.photocredits.systemtests.ProjectFiles#functions")
  void a_restored_function_creates_new_clients(String function) {
    var snapStart = snapStart(create(function, environment(services.address())));
    var before = snapStart.now();

    snapStart.afterRestore(Core.getGlobalContext());

    assertThat(snapStart.now()).isNotSameAs(before).hasSameClassAs(before);
  }

  @Test
  void a_restored_function_uses_the_current_secret() throws Exception {
    putSecret("whsec_old");
    var webhook = (WebhookHandler) create("webhook", withSecret());
    var snapStart = snapStart(webhook);
    snapStart.prime(Duration.ZERO);

    putSecret("whsec_new");
    snapStart.afterRestore(Core.getGlobalContext());

    assertThat(status(webhook, "whsec_old")).isEqualTo(400);
    assertThat(status(webhook, "whsec_new")).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"credits", "feedback", "generation"})
  void the_digest_key_is_read_before_the_snapshot_and_never_again(String function) {
    putSecret("whsec_old");
    secretsManager.put("digest", "{\"DIGEST_KEY\": \"%s\"}".formatted(TestDigestKey.TEXT));
    var variables = variables(services.address());
    variables.remove("DIGEST_KEY");
    variables.put("DIGEST_SECRET_ID", "digest");
    variables.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", secretsManager.address().toString());
    var snapStart = snapStart(create(function, new Environment(variables, () -> time)));
    secretsManager.put("digest", "{\"DIGEST_KEY\": \"no key\"}");

    snapStart.prime(Duration.ZERO);
    snapStart.afterRestore(Core.getGlobalContext());
    time = time.plus(Duration.ofHours(1));
    var renewed = snapStart.now();

    assertThat(renewed).isNotNull();
    assertThat(secretsManager.reads("digest")).isEqualTo(1);
    assertThat(logged.toString(UTF_8)).isEmpty();
  }

  @Test
  void a_restore_without_an_answer_from_secrets_manager_uses_the_secret_of_the_snapshot()
      throws Exception {
    putSecret("whsec_old");
    var webhook = (WebhookHandler) create("webhook", withSecret());
    secretsManager.hangs();
    var begun = System.nanoTime();

    snapStart(webhook).afterRestore(Core.getGlobalContext());

    // Lambda ends a restore after ten seconds.
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
    assertThat(status(webhook, "whsec_old")).isEqualTo(200);
    assertThat(logged.toString(UTF_8).lines().findFirst().orElseThrow())
        .contains("\"renewal\":\"failed\"", "\"attention\":1")
        .doesNotContain("whsec_old");
  }

  @Test
  void a_restore_while_secrets_manager_fails_uses_the_new_secret_as_soon_as_it_answers()
      throws Exception {
    putSecret("whsec_old");
    var webhook = (WebhookHandler) create("webhook", withSecret());
    putSecret("whsec_new");
    secretsManager.fails(503);
    snapStart(webhook).afterRestore(Core.getGlobalContext());
    assertThat(status(webhook, "whsec_old")).isEqualTo(200);

    secretsManager.fails(200);
    time = time.plusSeconds(30);

    assertThat(status(webhook, "whsec_old")).isEqualTo(400);
    assertThat(status(webhook, "whsec_new")).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"generation", "webhook"})
  void a_thousand_renewals_create_no_threads(String function) throws Exception {
    putSecret("whsec_0");
    var snapStart = snapStart(create(function, withSecret()));
    var first = snapStart.now();
    var threads = platformThreads();

    for (var renewals = 1; renewals <= 1_000; renewals++) {
      time = time.plus(Duration.ofMinutes(5));
      assertThat(snapStart.now()).isSameAs(first);
    }
    for (var renewals = 1; renewals <= 1_000; renewals++) {
      var before = snapStart.now();
      putSecret("whsec_" + renewals);
      time = time.plus(Duration.ofMinutes(5));
      assertThat(snapStart.now()).isNotSameAs(before);
    }

    // The scheduler of timeouts starts up to five threads as it needs them.
    assertThat(platformThreads()).isLessThanOrEqualTo(threads + 4);
  }

  private static long platformThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.getName().startsWith("HTTP-Dispatcher"))
        .filter(thread -> !thread.getName().startsWith("ForkJoinPool"))
        .count();
  }

  private void putSecret(String webhookSecret) {
    secretsManager.put(
        "secret",
        """
        {"STRIPE_SECRET_KEY": "sk_test_nobody", "STRIPE_WEBHOOK_SECRET": "%s", \
        "GEMINI_API_KEY": "nobody"}
        """
            .formatted(webhookSecret));
  }

  /** The settings with the keys in a secret instead of the variables, and the test's clock. */
  private Environment withSecret() {
    var variables = variables(services.address());
    List.of("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GEMINI_API_KEY")
        .forEach(variables::remove);
    variables.put("SECRET_ID", "secret");
    variables.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", secretsManager.address().toString());
    return new Environment(variables, () -> time);
  }

  private static int status(WebhookHandler webhook, String secret) throws Exception {
    var body = "{\"id\":\"evt_1\",\"type\":\"customer.created\"}";
    var event = new APIGatewayV2HTTPEvent();
    APIGatewayV2HTTPEvent.RequestContext context =
        new LambdaSerializer()
            .<APIGatewayV2HTTPEvent>fromJson(
                "{\"requestContext\": {\"requestId\": \"r\", \"http\": {\"method\": \"POST\"}}}",
                APIGatewayV2HTTPEvent.class)
            .getRequestContext();
    event.setRequestContext(context);
    event.setRouteKey("POST /api/webhooks/stripe");
    event.setBody(body);
    event.setHeaders(
        Map.of("stripe-signature", Webhook.Signature.generateSignatureHeader(body, secret)));
    return webhook.handleRequest(event, new TestInvocation(29_000)).getStatusCode();
  }

  private Object create(String function, Environment environment) {
    System.setOut(new PrintStream(logged, true, UTF_8));
    return Optional.ofNullable(FUNCTIONS.get(function)).orElseThrow().apply(environment);
  }

  /** The field of a handler that contains its dependencies. */
  private static SnapStart<?> snapStart(Object handler) {
    return Stream.of(handler.getClass().getDeclaredFields())
        .filter(field -> field.getType() == SnapStart.class)
        .map(
            field -> {
              try {
                field.setAccessible(true);
                return (SnapStart<?>) field.get(handler);
              } catch (IllegalAccessException e) {
                throw new AssertionError(e);
              }
            })
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + SnapStart.class + " in a handler"));
  }

  private static Environment environment(URI services) {
    return new Environment(variables(services));
  }

  private static Map<String, String> variables(URI services) {
    var address = services.toString();
    var variables = new HashMap<String, String>();
    for (var name :
        Arrays.asList(
            "AWS_ENDPOINT_URL_DYNAMODB",
            "AWS_ENDPOINT_URL_S3",
            "AWS_ENDPOINT_URL_SQS",
            "STRIPE_API_BASE",
            "GOOGLE_GEMINI_BASE_URL")) {
      variables.put(name, address);
    }
    variables.put("AWS_REGION", "us-east-1");
    variables.put("AWS_ACCESS_KEY_ID", "nobody");
    variables.put("AWS_SECRET_ACCESS_KEY", "nobody");
    variables.put("TABLE_NAME", "table");
    variables.put("BUCKET_NAME", "images-of-nobody");
    variables.put("QUEUE_URL", address + "/queue");
    variables.put("STRIPE_SECRET_KEY", "sk_test_" + "nobody");
    variables.put("STRIPE_WEBHOOK_SECRET", "whsec_nobody");
    variables.put("GEMINI_API_KEY", "nobody");
    variables.put("DIGEST_KEY", TestDigestKey.TEXT);
    return variables;
  }
}
