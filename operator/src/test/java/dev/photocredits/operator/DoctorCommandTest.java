package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of {@code photo-credits doctor}, with services that answer as the real ones do. */
final class DoctorCommandTest {
  private static final String EVENTS =
      """
      "checkout.session.completed", "checkout.session.async_payment_succeeded",
      "checkout.session.async_payment_failed", "charge.refunded",
      "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
      "charge.dispute.closed", "refund.created", "refund.updated", "refund.failed\"""";

  private static final String ENDPOINT =
      """
      {"object": "list", "data": [{"id": "we_1", "object": "webhook_endpoint",
       "url": "https://api.example/webhook", "status": "enabled", "enabled_events": [%s]}]}"""
          .formatted(EVENTS);

  private static final String TABLE =
      """
      {"Table": {"TableName": "photo-credits",
       "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"},
                     {"AttributeName": "SK", "KeyType": "RANGE"}],
       "GlobalSecondaryIndexes": [{"IndexName": "due",
         "KeySchema": [{"AttributeName": "due", "KeyType": "HASH"},
                       {"AttributeName": "due_at", "KeyType": "RANGE"}]}]}}""";

  private static final String EXPIRY =
      """
      {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}}""";

  private static final String BACKUPS =
      """
      {"ContinuousBackupsDescription": {"ContinuousBackupsStatus": "ENABLED",
       "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}}""";

  private static final String BLOCKED =
      """
      <PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
      <IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>\
      <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>""";

  private static final String CORS =
      """
      <CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>\
      <AllowedMethod>HEAD</AllowedMethod><AllowedMethod>PUT</AllowedMethod>\
      <AllowedOrigin>https://page.example</AllowedOrigin></CORSRule></CORSConfiguration>""";

  private record Answer(int status, String body) {}

  @TempDir private Path data;

  /** The answers by path and query, or by the operation of DynamoDB. */
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  private final LoopbackServer services = LoopbackServer.start(this::answer);
  private TestTerminal terminal;

  @BeforeEach
  void start() {
    var url = services.address().toString();
    answer("/v1/webhook_endpoints?limit=100", ENDPOINT);
    answer("/v1beta/models/gemini-one", "{\"name\": \"models/gemini-one\"}");
    answer("/v1beta/models/gemini-two", "{\"name\": \"models/gemini-two\"}");
    answer("DescribeTable", TABLE);
    answer("DescribeTimeToLive", EXPIRY);
    answer("DescribeContinuousBackups", BACKUPS);
    answer("/pictures", "");
    answer("/pictures?publicAccessBlock", BLOCKED);
    answer("/pictures?cors", CORS);
    terminal =
        new TestTerminal(URI.create(url))
            .with("AWS_ENDPOINT_URL_S3", url)
            .with("BUCKET_NAME", "pictures")
            .with("STRIPE_API_BASE", url)
            .with("STRIPE_SECRET_KEY", "sk_test_doctor")
            .with("STRIPE_WEBHOOK_SECRET", "whsec_doctor")
            .with("WEBHOOK_URL", "https://api.example/webhook")
            .with("GOOGLE_GEMINI_BASE_URL", url)
            .with("GEMINI_API_KEY", "key")
            .with("GEMINI_MODEL", "gemini-one,gemini-two")
            .with("FRONTEND_URL", "https://page.example/")
            .with("CORS_ORIGINS", "https://page.example");
  }

  @AfterEach
  void stop() {
    services.close();
  }

  private void answer(String request, String body) {
    answers.put(request, new Answer(200, body));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      var request =
          target == null
              ? exchange.getRequestURI().toString()
              : target.substring(target.indexOf('.') + 1);
      var answer = answers.getOrDefault(request, new Answer(404, "{}"));
      var isHead = exchange.getRequestMethod().equals("HEAD");
      LoopbackServer.send(exchange, answer.status(), isHead ? "" : answer.body());
    }
  }

  @Test
  void a_system_that_is_set_up_has_no_problem() {
    assertThat(terminal.run("doctor")).isZero();

    assertThat(terminal.output())
        .isEqualTo(
            """
            ok       the stage is development
            ok       WELCOME_CREDITS is valid
            ok       FRONTEND_URL is a URL
            ok       WEBHOOK_URL is a URL
            ok       CORS_ORIGINS has the origin https://page.example
            ok       Gemini offers the model gemini-one
            ok       Gemini offers the model gemini-two
            ok       Stripe accepts the key, whose mode fits the stage
            ok       STRIPE_WEBHOOK_SECRET has the form of a signing secret
            ok       Stripe's webhook endpoint is enabled
            ok       Stripe sends it every type of event that it needs
            ok       the table photo-credits exists, with the keys PK and SK
            ok       the table has the index due
            ok       items expire by expires_at
            ok       point-in-time recovery is on
            ok       the bucket pictures exists
            ok       the bucket blocks public access
            ok       the bucket allows the page at https://page.example
            """);
  }

  @Test
  void what_cannot_be_checked_is_skipped_and_no_problem() {
    for (var name :
        new String[] {
          "STRIPE_SECRET_KEY",
          "GEMINI_API_KEY",
          "TABLE_NAME",
          "BUCKET_NAME",
          "WEBHOOK_URL",
          "CORS_ORIGINS"
        }) {
      var _ = terminal.without(name);
    }

    assertThat(terminal.run("doctor")).isZero();

    assertThat(terminal.output())
        .contains(
            "skipped  WEBHOOK_URL: set WEBHOOK_URL\n",
            "skipped  the origins of the page: set CORS_ORIGINS\n",
            "skipped  Gemini's models: set GEMINI_API_KEY, or use --secret\n",
            "skipped  Stripe's key and webhook: set STRIPE_SECRET_KEY, or use --secret\n",
            "skipped  the table: set TABLE_NAME\n",
            "skipped  the bucket: set BUCKET_NAME\n")
        .doesNotContain("problem");
  }

  @Test
  void a_retired_model_and_a_refused_key_are_problems() {
    var _ = answers.remove("/v1beta/models/gemini-one");
    answers.put("/v1beta/models/gemini-two", new Answer(403, "{}"));

    assertThat(terminal.run("doctor")).isEqualTo(1);

    assertThat(terminal.output())
        .contains(
            "problem  Gemini does not offer the model gemini-one: remove it from GEMINI_MODEL, and",
            "problem  Gemini refuses GEMINI_API_KEY with status 403: create a key ");
  }

  @Test
  void a_key_of_the_wrong_mode_is_a_problem_before_stripe_is_called() {
    answers.clear();

    assertThat(terminal.with("ENVIRONMENT", "production").run("doctor")).isEqualTo(1);

    assertThat(terminal.output())
        .contains(
            "problem  the setting STRIPE_SECRET_KEY is a test key, and production takes only");
  }

  @Test
  void a_key_that_stripe_refuses_is_a_problem() {
    answers.put(
        "/v1/webhook_endpoints?limit=100",
        new Answer(401, "{\"error\": {\"type\": \"invalid_request_error\"}}"));

    assertThat(terminal.run("doctor")).isEqualTo(1);

    assertThat(terminal.output())
        .contains("problem  Stripe did not list webhook endpoints: status 401,")
        .contains(": check STRIPE_SECRET_KEY, and that a restricted key may read webhook");
  }

  @Test
  void a_webhook_that_misses_events_is_a_problem_and_one_for_all_events_is_not() {
    answer(
        "/v1/webhook_endpoints?limit=100",
        ENDPOINT.replace("\"refund.created\", ", "").replace("enabled\"", "disabled\""));
    assertThat(terminal.with("STRIPE_WEBHOOK_SECRET", "whsec_none_yet").run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  Stripe's webhook endpoint lacks refund.created: add these types",
            "problem  Stripe's webhook endpoint https://api.example/webhook is disabled: enable",
            "problem  STRIPE_WEBHOOK_SECRET is not a signing secret");

    answer("/v1/webhook_endpoints?limit=100", ENDPOINT.replace(EVENTS, "\"*\""));
    assertThat(terminal.with("STRIPE_WEBHOOK_SECRET", "whsec_doctor").run("doctor")).isZero();
    var _ = terminal.output();

    assertThat(terminal.with("WEBHOOK_URL", "https://other.example").run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains("problem  Stripe has no webhook endpoint for https://other.example: create it");
  }

  @Test
  void a_table_that_differs_from_the_template_is_a_problem() {
    answer("DescribeTable", TABLE.replace("\"SK\"", "\"id\"").replace("due_at", "at"));
    answer("DescribeTimeToLive", EXPIRY.replace("ENABLED", "DISABLED"));
    answer("DescribeContinuousBackups", BACKUPS.replace("\"ENABLED\"}}", "\"DISABLED\"}}"));

    assertThat(terminal.run("doctor")).isEqualTo(1);

    assertThat(terminal.output())
        .contains(
            "problem  the table photo-credits has the keys [PK HASH, id RANGE]: set TABLE_NAME",
            "problem  the table has no index due with the keys due and due_at: deploy the stack",
            "problem  items do not expire by expires_at: aws dynamodb update-time-to-live",
            "problem  point-in-time recovery is off: aws dynamodb update-continuous-backups");
  }

  @Test
  void a_bucket_that_differs_from_the_template_is_a_problem() {
    answer("/pictures?publicAccessBlock", BLOCKED.replaceFirst("true", "false"));
    answer("/pictures?cors", CORS.replace("<AllowedMethod>PUT</AllowedMethod>", ""));
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  the bucket does not block all public access: aws s3api put-public-access",
            "problem  the bucket does not allow [GET, HEAD, PUT] from https://page.example: deploy");

    answers.put("/pictures?publicAccessBlock", error("NoSuchPublicAccessBlockConfiguration"));
    answers.put("/pictures?cors", error("NoSuchCORSConfiguration"));
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  the bucket does not block public access: ",
            "problem  the bucket does not allow [GET, HEAD, PUT] from https://page.example: ");
  }

  private static Answer error(String code) {
    return new Answer(404, "<Error><Code>" + code + "</Code></Error>");
  }

  @Test
  void a_service_that_cannot_be_inspected_is_a_problem_and_does_not_stop_the_rest() {
    answers.put(
        "DescribeTable", new Answer(400, "{\"__type\": \"com.amazon#AccessDeniedException\"}"));

    assertThat(terminal.run("doctor")).isEqualTo(1);

    assertThat(terminal.output())
        .contains(
            "problem  the table photo-credits cannot be inspected (", ": check the credentials")
        .contains("ok       the bucket pictures exists\n");
  }

  @Test
  void a_missing_bucket_and_answers_that_make_no_sense_are_problems() {
    answer("/pictures?cors", "");
    answers.put("/pictures?publicAccessBlock", new Answer(404, "{}"));
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output()).contains("problem  the bucket pictures cannot be inspected (");

    assertThat(terminal.with("BUCKET_NAME", "absent").run("doctor")).isEqualTo(1);
    assertThat(terminal.output()).contains("problem  there is no bucket absent: check BUCKET_NAME");
  }

  @Test
  void keys_may_be_in_secrets() {
    var _ =
        terminal
            .with(
                "AWS_ENDPOINT_URL_SECRETS_MANAGER", terminal.environment().text("STRIPE_API_BASE"))
            .without("STRIPE_SECRET_KEY")
            .without("STRIPE_WEBHOOK_SECRET")
            .without("GEMINI_API_KEY");
    assertThat(terminal.run("doctor", "--secret=photo-credits/development/stripe")).isEqualTo(1);
    assertThat(terminal.output())
        .contains("problem  the secret photo-credits/development/stripe cannot be read (")
        .contains(": create it as docs/deploy.md describes, or get the permission");
    answer(
        "GetSecretValue",
        """
        {"SecretString": "{\\"STRIPE_SECRET_KEY\\": \\"sk_test_1\\", \
        \\"STRIPE_WEBHOOK_SECRET\\": \\"whsec_1\\", \\"GEMINI_API_KEY\\": \\"key\\"}"}""");

    assertThat(terminal.run("doctor", "--secret=photo-credits/development/stripe")).isZero();

    assertThat(terminal.output())
        .contains("ok       the secret photo-credits/development/stripe can be read\n")
        .doesNotContain("skipped", "sk_test_1", "whsec_1");
  }

  @Test
  void wrong_settings_are_problems_that_name_them() {
    var _ =
        terminal
            .with("WELCOME_CREDITS", "many")
            .with("FRONTEND_URL", "page")
            .with("GEMINI_MODEL", ",")
            .with("CORS_ORIGINS", "https://page.example/");

    assertThat(terminal.run("doctor")).isEqualTo(1);

    assertThat(terminal.output())
        .contains(
            "problem  the setting WELCOME_CREDITS must be ",
            "problem  the setting FRONTEND_URL must be an http or https address: correct it",
            "problem  the setting GEMINI_MODEL must be ",
            "problem  CORS_ORIGINS has https://page.example/, which is no origin: write it as");
  }

  @Test
  void the_table_of_the_template_and_a_bucket_without_these_settings_are_recognized() {
    try (var table = LocalDynamoDb.inMemory();
        var bucket = LocalS3.at(data)) {
      table.createTable("photo-credits");
      bucket.createBucket("pictures");

      var code =
          terminal
              .with("AWS_ENDPOINT_URL_DYNAMODB", table.endpoint().toString())
              .with("AWS_ENDPOINT_URL_S3", bucket.endpoint().toString())
              .run("doctor");

      var output = terminal.output();
      assertThat(code).as("%s", output).isZero();
      assertThat(output)
          .contains(
              "ok       the table photo-credits exists, with the keys PK and SK\n",
              "ok       the table has the index due\n",
              "ok       items expire by expires_at\n",
              "ok       the bucket pictures exists\n");
      assertThat(terminal.with("TABLE_NAME", "another").run("doctor")).isEqualTo(1);
      assertThat(terminal.output())
          .contains("problem  there is no table another: check TABLE_NAME");
    }
  }
}
