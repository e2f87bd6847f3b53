package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.emulators.AwsAccount;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.emulators.LocalSqs;
import dev.photocredits.emulators.Queues;
import dev.photocredits.emulators.Template;
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
       "url": "https://api.example/webhook", "status": "enabled", "livemode": false,
       "enabled_events": [%s]}]}"""
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
      <AllowedOrigin>https://page.example</AllowedOrigin>\
      <AllowedHeader>*</AllowedHeader></CORSRule></CORSConfiguration>""";

  private static final String OBJECTS =
      "<ListBucketResult><Name>pictures</Name><KeyCount>0</KeyCount></ListBucketResult>";

  private static final String QUEUE =
      """
      {"Attributes": {"VisibilityTimeout": "900", "ApproximateNumberOfMessages": "0",
       "RedrivePolicy": "{\\"deadLetterTargetArn\\":\\"arn:aws:sqs:us-east-1:1:letters\\",\
      \\"maxReceiveCount\\":3}"}}""";

  private record Answer(int status, String body) {}

  @TempDir private Path data;

  /** The answers by path and query, or by the operation of DynamoDB. */
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  private volatile String bucketRegion = "us-east-1";
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
    answer("/pictures?list-type=2&max-keys=1", OBJECTS);
    answer("GetQueueAttributes", QUEUE);
    answer("/pictures?publicAccessBlock", BLOCKED);
    answer("/pictures?cors", CORS);
    terminal =
        new TestTerminal(URI.create(url))
            .with("AWS_ENDPOINT_URL_S3", url)
            .with("BUCKET_NAME", "pictures")
            .with("AWS_ENDPOINT_URL_SQS", url)
            .with("QUEUE_URL", url + "/1/generations")
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
      exchange.getResponseHeaders().set("x-amz-bucket-region", bucketRegion);
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
            ok       the digest key has the form of one
            ok       Gemini offers the model gemini-one
            ok       Gemini offers the model gemini-two
            ok       STRIPE_WEBHOOK_SECRET has the form of a signing secret
            ok       Stripe accepts the key
            ok       Stripe is in test mode, which fits the stage
            ok       Stripe's webhook endpoint is enabled
            ok       Stripe sends it every type of event that it needs
            ok       the table photo-credits exists, with the keys PK and SK
            ok       the table has the index due
            ok       items expire by expires_at
            ok       point-in-time recovery is on
            ok       the bucket pictures exists
            ok       the bucket blocks public access
            ok       the bucket allows the page at https://page.example
            ok       the queue generations exists
            ok       its visibility timeout is 900 s, and the worker has enough time
            ok       a message that fails 3 times becomes a dead letter
            ok       there are no dead letters
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
          "QUEUE_URL",
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
            "skipped  the bucket: set BUCKET_NAME\n",
            "skipped  the queue: set QUEUE_URL\n")
        .doesNotContain("problem");
  }

  @Test
  void a_retired_model_and_one_that_generates_nothing_are_problems() {
    answers.put(
        "/v1beta/models/gemini-one",
        new Answer(404, "{\"error\": {\"code\": 404, \"status\": \"NOT_FOUND\"}}"));
    answer(
        "/v1beta/models/gemini-two",
        "{\"name\": \"models/gemini-two\", \"supportedGenerationMethods\": [\"embedContent\"]}");

    assertThat(terminal.run("doctor")).isEqualTo(1);

    assertThat(terminal.output())
        .contains(
            "problem  Gemini does not offer the model gemini-one: remove it from GEMINI_MODEL, and",
            "problem  the model gemini-two cannot generate content: remove it from GEMINI_MODEL");
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
  void a_mode_that_the_key_does_not_show_is_compared_with_the_stage() {
    answer("/v1/webhook_endpoints?limit=100", ENDPOINT.replace("false", "true"));
    assertThat(terminal.with("STRIPE_SECRET_KEY", "sk_org_1").run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  Stripe is in live mode, which does not fit the stage development:"
                + " use a test key, or set ENVIRONMENT=production\n");

    answer("/v1/webhook_endpoints?limit=100", ENDPOINT);
    assertThat(terminal.with("ENVIRONMENT", "production").run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  Stripe is in test mode, which does not fit the stage production:"
                + " use a live key in production\n");
  }

  @Test
  void without_webhook_endpoints_the_balance_shows_the_mode() {
    answer("/v1/webhook_endpoints?limit=100", "{\"object\": \"list\", \"data\": []}");
    answer("/v1/balance", "{\"object\": \"balance\", \"livemode\": true}");
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains("problem  Stripe is in live mode, which does not fit the stage development: ");

    answers.put("/v1/balance", new Answer(403, "{\"error\": {}}"));
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  Stripe's mode cannot be checked, because Stripe accepts STRIPE_SECRET_KEY but"
                + " not for this request (status 403): let the restricted key read webhook");
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
  void the_table_of_production_must_be_protected_against_deletion() {
    var _ = terminal.with("ENVIRONMENT", "production").without("STRIPE_SECRET_KEY");
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  the table of production is not protected against deletion:"
                + " aws dynamodb update-table --table-name photo-credits"
                + " --deletion-protection-enabled\n");

    answer(
        "DescribeTable",
        TABLE.replace("{\"Table\": {", "{\"Table\": {\"DeletionProtectionEnabled\": true,"));
    assertThat(terminal.run("doctor")).isZero();
    assertThat(terminal.output()).contains("ok       the table is protected against deletion\n");
  }

  @Test
  void a_queue_that_differs_from_the_template_is_a_problem() {
    answer(
        "GetQueueAttributes",
        QUEUE
            .replace("900", "30")
            .replace("\"0\"", "\"2\"")
            .replace("\\\"maxReceiveCount\\\":3", "\\\"maxReceiveCount\\\":10"));
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  the queue's visibility timeout is 30 s, and must be six times the worker's"
                + " timeout: 900 s: aws sqs set-queue-attributes --queue-url http://127.0.0.1:",
            "problem  a message becomes a dead letter after 10 failures instead of 3: deploy",
            "problem  there are 2 dead letters: see docs/operations.md#dead-letters\n");

    answer("GetQueueAttributes", "{\"Attributes\": {\"VisibilityTimeout\": \"900\"}}");
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains("problem  the queue has no dead-letter queue: deploy the stack again\n");

    answers.put(
        "GetQueueAttributes",
        new Answer(400, "{\"__type\": \"com.amazonaws.sqs#QueueDoesNotExist\"}"));
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output()).contains("problem  there is no queue http://127.0.0.1:");
  }

  @Test
  void a_bucket_that_differs_from_the_template_is_a_problem() {
    answer("/pictures?publicAccessBlock", BLOCKED.replaceFirst("true", "false"));
    answer("/pictures?cors", CORS.replace("<AllowedMethod>PUT</AllowedMethod>", ""));
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  the bucket does not block all public access: aws s3api put-public-access",
            "problem  the bucket does not allow GET, HEAD, PUT with a content-type from https:");

    answers.put("/pictures?publicAccessBlock", error("NoSuchPublicAccessBlockConfiguration"));
    answers.put("/pictures?cors", error("NoSuchCORSConfiguration"));
    assertThat(terminal.run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  the bucket does not block public access: ",
            "problem  the bucket does not allow GET, HEAD, PUT with a content-type from https:");
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
            "problem  the table photo-credits cannot be checked, because DynamoDB accepts the"
                + " credentials but not for this request (status 400, AccessDeniedException): get"
                + " the permissions dynamodb:DescribeTable, ")
        .contains("ok       the bucket pictures exists\n");
  }

  @Test
  void a_missing_bucket_and_one_in_another_region_are_problems() {
    answers.put("/absent?list-type=2&max-keys=1", error("NoSuchBucket"));
    assertThat(terminal.with("BUCKET_NAME", "absent").run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains("problem  there is no bucket absent: set BUCKET_NAME to the output BucketName");

    bucketRegion = "eu-central-1";
    answers.put("/pictures?list-type=2&max-keys=1", error("PermanentRedirect"));
    assertThat(terminal.with("BUCKET_NAME", "pictures").run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  the bucket pictures is in the region eu-central-1: set AWS_REGION=eu-central-1");
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
        .contains(
            "problem  the secret photo-credits/development/stripe cannot be checked, because Secrets"
                + " Manager at 127.0.0.1:");
    answers.put(
        "GetSecretValue",
        new Answer(400, "{\"__type\": \"com.amazon#ResourceNotFoundException\"}"));
    assertThat(terminal.run("doctor", "--secret=photo-credits/development/stripe")).isEqualTo(1);
    assertThat(terminal.output())
        .contains("problem  there is no secret photo-credits/development/stripe: create it as");
    answer("GetSecretValue", "{\"SecretString\": \"sk_test_1\"}");
    assertThat(terminal.run("doctor", "--secret=photo-credits/development/stripe")).isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "problem  the secret photo-credits/development/stripe is not a JSON object with string"
                + " values: ")
        .doesNotContain("sk_test_1");
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
  void a_misspelled_setting_is_a_problem() {
    assertThat(terminal.with("GEMINI_MODELS", "x").without("GEMINI_MODEL").run("doctor"))
        .isEqualTo(1);

    assertThat(terminal.output())
        .contains("problem  GEMINI_MODELS is not a setting: did you mean GEMINI_MODEL?\n");
  }

  @Test
  void the_table_and_the_queue_of_the_template_are_recognized() {
    try (var table = LocalDynamoDb.inMemory();
        var bucket = LocalS3.at(data);
        var queues = LocalSqs.start();
        var sqs = AwsAccount.LOCAL.sqs(queues.endpoint())) {
      table.createTable("photo-credits");
      bucket.createBucket("pictures");

      var code =
          terminal
              .with("AWS_ENDPOINT_URL_DYNAMODB", table.endpoint().toString())
              .with("AWS_ENDPOINT_URL_S3", bucket.endpoint().toString())
              .with("AWS_ENDPOINT_URL_SQS", queues.endpoint().toString())
              .with("QUEUE_URL", Queues.create(sqs, "generations", Template.find().queue()))
              .run("doctor");

      var output = terminal.output();
      assertThat(code).as("%s", output).isZero();
      assertThat(output)
          .contains(
              "ok       the table photo-credits exists, with the keys PK and SK\n",
              "ok       the table has the index due\n",
              "ok       items expire by expires_at\n",
              "ok       the bucket pictures exists\n",
              "ok       its visibility timeout is 900 s, and the worker has enough time\n",
              "ok       a message that fails 3 times becomes a dead letter\n",
              "ok       there are no dead letters\n");
      assertThat(terminal.with("TABLE_NAME", "another").run("doctor")).isEqualTo(1);
      assertThat(terminal.output())
          .contains("problem  there is no table another: set TABLE_NAME to");
    }
  }
}
