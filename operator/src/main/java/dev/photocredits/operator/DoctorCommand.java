package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.gemini.GeminiModels;
import dev.photocredits.gemini.GeminiModels.Availability.NoResponse;
import dev.photocredits.gemini.GeminiModels.Availability.NotOffered;
import dev.photocredits.gemini.GeminiModels.Availability.Offered;
import dev.photocredits.gemini.GeminiModels.Availability.Refused;
import dev.photocredits.gemini.GeminiModels.Availability.Unusable;
import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.Stage;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.operator.ServiceFailure.Kind;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.stripe.StripeEndpoints;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/**
 * Checks the settings, and whether the services are set up as the system needs them. It changes
 * nothing, and costs nothing.
 */
final class DoctorCommand {
  private static final List<String> KEYS =
      List.of("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GEMINI_API_KEY");

  /** What is checked, in the order of the lines. */
  private static final List<Consumer<DoctorCommand>> PARTS =
      List.of(
          DoctorCommand::settings,
          DoctorCommand::digestKey,
          DoctorCommand::gemini,
          DoctorCommand::stripe,
          DoctorCommand::table,
          DoctorCommand::bucket,
          DoctorCommand::queue);

  private final Environment environment;
  private final Findings findings;

  private DoctorCommand(Environment environment, Findings findings) {
    this.environment = environment;
    this.findings = findings;
  }

  /**
   * Returns whether there is no problem.
   *
   * @param secrets the ids of secrets with keys that are not in the settings
   */
  static boolean run(Environment settings, List<String> secrets, PrintStream out) {
    var read = new Findings();
    var environment = withKeys(settings, secrets, read);
    read.print(out);
    var hasProblem = read.hasProblem();
    for (var findings : findings(environment)) {
      findings.print(out);
      hasProblem |= findings.hasProblem();
    }
    return !hasProblem;
  }

  /** Checks all parts at the same time, because services that do not respond take long. */
  private static List<Findings> findings(Environment environment) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return PARTS.stream()
          .map(part -> threads.submit(() -> findings(environment, part)))
          .toList()
          .stream()
          .map(DoctorCommand::result)
          .toList();
    }
  }

  private static Findings findings(Environment environment, Consumer<DoctorCommand> part) {
    var findings = new Findings();
    part.accept(new DoctorCommand(environment, findings));
    return findings;
  }

  private static Findings result(Future<Findings> part) {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("The doctor was interrupted.", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException thrown ? thrown : new IllegalStateException(e);
    }
  }

  private static Environment withKeys(
      Environment settings, List<String> secrets, Findings findings) {
    var keys = new HashMap<String, String>();
    for (var id : secrets) {
      try {
        var read = Secrets.in(settings, id);
        KEYS.forEach(key -> read.find(key).ifPresent(value -> keys.put(key, value)));
        findings.ok("the secret " + id + " can be read");
      } catch (InvalidSetting e) {
        unreadable(settings, id, e, findings);
      } catch (SdkException e) {
        report(secretsManager(settings, id), ServiceFailure.of(e), "the secret " + id, findings);
      }
    }
    return settings.with(keys);
  }

  private static void unreadable(
      Environment settings, String id, InvalidSetting thrown, Findings findings) {
    switch (thrown.getCause()) {
      case ResourceNotFoundException _ ->
          findings.problem("there is no secret " + id, "create it as docs/deploy.md describes");
      case SdkException e ->
          report(secretsManager(settings, id), ServiceFailure.of(e), "the secret " + id, findings);
      case null, default ->
          findings.problem(
              String.valueOf(thrown.getMessage()).contains("SECRET_ID")
                  ? "the secret " + id + " is not a JSON object with string values"
                  : "the " + thrown.getMessage(),
              "correct it as docs/deploy.md describes");
    }
  }

  private static Service secretsManager(Environment settings, String id) {
    return AwsServices.secretsManager(
        AwsAccess.of(settings), "get the permission secretsmanager:GetSecretValue on " + id);
  }

  private static void report(
      Service service, ServiceFailure failure, String what, Findings findings) {
    findings.problem(
        what + " cannot be checked, because " + service.problem(failure), service.remedy(failure));
  }

  private void settings() {
    var stage = Stage.of(environment);
    findings.ok("the stage is " + stage.name());
    SettingNames.misspelled(environment.names())
        .ifPresent(
            found ->
                findings.problem(
                    found.name() + " is not a setting", "did you mean " + found.meant() + "?"));
    attempt(
        "WELCOME_CREDITS is valid",
        () -> {
          var _ = WelcomeCredits.of(environment);
        });
    url("FRONTEND_URL", stage);
    url("WEBHOOK_URL", stage);
    for (var origin : origins()) {
      findings.check(
          origin.equals("*") || origin.matches("https?://[^/]+"),
          "CORS_ORIGINS has the origin " + origin,
          "CORS_ORIGINS has " + origin + ", which is no origin",
          "write it as https://host, without a path or a slash at the end");
    }
    if (origins().isEmpty()) {
      findings.skipped("the origins of the page", "set CORS_ORIGINS");
    }
  }

  private void url(String name, Stage stage) {
    if (environment.find(name).isEmpty()) {
      findings.skipped(name, "set " + name);
      return;
    }
    attempt(
        name + " is a URL",
        () -> {
          var url = environment.findUrl(name).orElseThrow();
          if (stage.isProduction() && !"https".equals(url.getScheme())) {
            throw new InvalidSetting(name, "must be an https address in production");
          }
        });
  }

  /** Runs a check that fails with {@link InvalidSetting}. */
  private void attempt(String what, Runnable check) {
    try {
      check.run();
    } catch (InvalidSetting e) {
      findings.problem("the " + e.getMessage(), "correct it");
      return;
    }
    findings.ok(what);
  }

  private List<String> origins() {
    return environment
        .find("CORS_ORIGINS")
        .map(_ -> environment.list("CORS_ORIGINS"))
        .orElse(List.of());
  }

  private void digestKey() {
    if (environment.find("DIGEST_KEY").isEmpty()
        && environment.find("DIGEST_SECRET_ID").isEmpty()) {
      findings.skipped(
          "the digest key", "set DIGEST_SECRET_ID to the output DigestSecretId of the stack");
      return;
    }
    try {
      var _ = DigestKeys.of(Secrets.withDigestKey(environment));
      findings.ok("the digest key has the form of one");
    } catch (InvalidSetting e) {
      switch (e.getCause()) {
        case SdkException refusal -> digestKeyFailed(refusal);
        case null, default ->
            findings.problem(
                "the " + e.getMessage(),
                "restore it as docs/operations.md#the-digest-key describes");
      }
    } catch (SdkException e) {
      digestKeyFailed(e);
    }
  }

  private void digestKeyFailed(SdkException thrown) {
    var id = environment.text("DIGEST_SECRET_ID");
    if (thrown instanceof ResourceNotFoundException) {
      findings.problem(
          "there is no secret " + id,
          "set DIGEST_SECRET_ID to the output DigestSecretId of the stack");
    } else {
      report(
          secretsManager(environment, id), ServiceFailure.of(thrown), "the digest key", findings);
    }
  }

  private void gemini() {
    if (environment.find("GEMINI_API_KEY").isEmpty()) {
      findings.skipped("Gemini's models", "set GEMINI_API_KEY, or use --secret");
      return;
    }
    GeminiModels models;
    try {
      models = GeminiModels.of(environment);
    } catch (InvalidSetting e) {
      findings.problem("the " + e.getMessage(), "correct it");
      return;
    }
    var service =
        new Service(
            "Gemini",
            Service.host(models.url()),
            "GOOGLE_GEMINI_BASE_URL",
            "GEMINI_API_KEY",
            "create a key in Google AI Studio, and store it in the secret",
            "allow the key to use the Gemini API, in Google AI Studio or the Cloud console");
    for (var name : models.names()) {
      switch (models.find(name)) {
        case Offered(var generates) ->
            findings.check(
                generates,
                "Gemini offers the model " + name,
                "the model " + name + " cannot generate content",
                "remove it from GEMINI_MODEL");
        case NotOffered _ ->
            findings.problem(
                "Gemini does not offer the model " + name,
                "remove it from GEMINI_MODEL, and add one that the API lists");
        case Refused(var status, var reason) -> {
          report(service, refusal(status, reason), "the model " + name, findings);
          return;
        }
        case NoResponse(var cause) -> {
          report(service, ServiceFailure.ofNoResponse(cause), "the model " + name, findings);
          return;
        }
        case Unusable _ -> {
          report(service, ServiceFailure.MALFORMED, "the model " + name, findings);
          return;
        }
      }
    }
  }

  private static ServiceFailure refusal(int status, String reason) {
    var failure = ServiceFailure.ofStatus(status, reason);
    return reason.startsWith("API_KEY_") ? failure.as(Kind.KEYS_REJECTED) : failure;
  }

  private void stripe() {
    if (environment.find("STRIPE_SECRET_KEY").isEmpty()) {
      findings.skipped("Stripe's key and webhook", "set STRIPE_SECRET_KEY, or use --secret");
      return;
    }
    findings.check(
        environment.text("STRIPE_WEBHOOK_SECRET", "").matches("whsec_(?!none_yet).+"),
        "STRIPE_WEBHOOK_SECRET has the form of a signing secret",
        "STRIPE_WEBHOOK_SECRET is not a signing secret (whsec_…)",
        "store the secret of the webhook endpoint, as docs/deploy.md describes");
    StripeEndpoints stripe;
    try {
      stripe = StripeEndpoints.of(environment);
    } catch (InvalidSetting e) {
      findings.problem("the " + e.getMessage(), "use the key of the mode that the stage needs");
      return;
    }
    List<StripeEndpoints.Endpoint> endpoints;
    try {
      endpoints = stripe.list();
    } catch (PaymentsUnavailable e) {
      report(service(stripe), failure(e), "Stripe's webhook", findings);
      return;
    }
    findings.ok("Stripe accepts the key");
    mode(stripe, endpoints);
    environment.find("WEBHOOK_URL").ifPresent(url -> webhook(url, endpoints));
  }

  private static Service service(StripeEndpoints stripe) {
    return new Service(
        "Stripe",
        Service.host(stripe.url()),
        "STRIPE_API_BASE",
        "STRIPE_SECRET_KEY",
        "copy a key from https://dashboard.stripe.com/apikeys, and store it in the secret",
        "let the restricted key read webhook endpoints and the balance, in Stripe's dashboard");
  }

  private static ServiceFailure failure(PaymentsUnavailable thrown) {
    return StripeEndpoints.refusal(thrown)
        .map(refusal -> ServiceFailure.ofStatus(refusal.status(), refusal.code()))
        .orElseGet(() -> ServiceFailure.ofNoResponse(thrown));
  }

  /** Compares the mode that Stripe reports with the stage. The key does not always show it. */
  private void mode(StripeEndpoints stripe, List<StripeEndpoints.Endpoint> endpoints) {
    boolean isLive;
    try {
      isLive = endpoints.isEmpty() ? stripe.isLive() : endpoints.getFirst().isLive();
    } catch (PaymentsUnavailable e) {
      report(service(stripe), failure(e), "Stripe's mode", findings);
      return;
    }
    var stage = Stage.of(environment);
    var mode = isLive ? "live" : "test";
    findings.check(
        isLive == stage.isProduction(),
        "Stripe is in " + mode + " mode, which fits the stage",
        "Stripe is in " + mode + " mode, which does not fit the stage " + stage.name(),
        stage.isProduction()
            ? "use a live key in production"
            : "use a test key, or set ENVIRONMENT=production");
  }

  private void webhook(String url, List<StripeEndpoints.Endpoint> endpoints) {
    var ours = endpoints.stream().filter(endpoint -> endpoint.url().equals(url)).toList();
    if (ours.isEmpty()) {
      findings.problem(
          "Stripe has no webhook endpoint for " + url, "create it as docs/deploy.md describes");
    }
    for (var endpoint : ours) {
      findings.check(
          endpoint.isEnabled(),
          "Stripe's webhook endpoint is enabled",
          "Stripe's webhook endpoint " + url + " is disabled",
          "enable it in Stripe's dashboard, and run reconcile");
      findings.check(
          endpoint.missing().isEmpty(),
          "Stripe sends it every type of event that it needs",
          "Stripe's webhook endpoint lacks " + String.join(", ", endpoint.missing()),
          "add these types to its events");
    }
  }

  private void table() {
    inspect(
        "the table",
        "TABLE_NAME",
        aws ->
            AwsServices.dynamoDb(
                aws,
                "get the permissions dynamodb:DescribeTable, DescribeTimeToLive and"
                    + " DescribeContinuousBackups on the table"),
        (aws, name) ->
            new TableInspection(aws, name, Stage.of(environment).isProduction(), findings).run());
  }

  private void bucket() {
    inspect(
        "the bucket",
        "BUCKET_NAME",
        aws ->
            AwsServices.s3(
                aws,
                "get the permissions s3:ListBucket, GetBucketPublicAccessBlock and GetBucketCORS on"
                    + " the bucket, and check that it is yours"),
        (aws, name) -> new BucketInspection(aws, name, origins(), findings).run());
  }

  private void queue() {
    inspect(
        "the queue",
        "QUEUE_URL",
        aws ->
            AwsServices.sqs(
                aws,
                "get the permission sqs:GetQueueAttributes on the queue and its dead-letter queue"),
        (aws, url) -> new QueueInspection(aws, url, findings).run());
  }

  private void inspect(
      String what,
      String setting,
      Function<AwsAccess, Service> service,
      BiConsumer<AwsAccess, String> inspection) {
    var name = environment.find(setting);
    if (name.isEmpty() || environment.find("AWS_REGION").isEmpty()) {
      findings.skipped(what, "set " + (name.isEmpty() ? setting : "AWS_REGION"));
      return;
    }
    AwsAccess aws;
    try {
      aws = AwsAccess.of(environment);
    } catch (InvalidSetting e) {
      findings.problem("the " + e.getMessage(), "correct it");
      return;
    }
    try {
      inspection.accept(aws, name.get());
    } catch (SdkException e) {
      report(service.apply(aws), ServiceFailure.of(e), what + " " + name.get(), findings);
    } catch (UnusableResponse _) {
      report(service.apply(aws), ServiceFailure.MALFORMED, what + " " + name.get(), findings);
    }
  }
}
