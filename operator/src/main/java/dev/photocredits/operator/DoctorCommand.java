package dev.photocredits.operator;

import dev.photocredits.aws.Secrets;
import dev.photocredits.gemini.GeminiModels;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.Stage;
import dev.photocredits.lambda.WelcomeCredits;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.stripe.StripeEndpoints;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Checks the settings, and whether the services are set up as the system needs them. It changes
 * nothing, and costs nothing.
 */
final class DoctorCommand {
  private static final List<String> KEYS =
      List.of("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GEMINI_API_KEY");

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
    var findings = new Findings(out);
    var doctor = new DoctorCommand(withKeys(settings, secrets, findings), findings);
    doctor.settings();
    doctor.gemini();
    doctor.stripe();
    doctor.aws();
    return !findings.hasProblem();
  }

  private static Environment withKeys(
      Environment settings, List<String> secrets, Findings findings) {
    var keys = new HashMap<String, String>();
    for (var id : secrets) {
      try {
        var read = Secrets.in(settings, id);
        KEYS.forEach(key -> read.find(key).ifPresent(value -> keys.put(key, value)));
        findings.ok("the secret " + id + " can be read");
      } catch (InvalidSetting | SdkException e) {
        findings.problem(
            "the secret " + id + " cannot be read (" + e.getMessage() + ")",
            "create it as docs/deploy.md describes, or get the permission to read it");
      }
    }
    return settings.with(keys);
  }

  private void settings() {
    var stage = Stage.of(environment);
    findings.ok("the stage is " + stage.name());
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
    for (var name : models.names()) {
      var status = models.status(name);
      switch (status) {
        case 200 -> findings.ok("Gemini offers the model " + name);
        case 404 ->
            findings.problem(
                "Gemini does not offer the model " + name,
                "remove it from GEMINI_MODEL, and add one that the API lists");
        case 0 ->
            findings.problem("Gemini does not respond", "check the network, and run this again");
        case 400, 401, 403 ->
            findings.problem(
                "Gemini refuses GEMINI_API_KEY with status " + status,
                "create a key in Google AI Studio, and store it in the secret");
        default ->
            findings.problem(
                "Gemini answers " + status + " about the model " + name, "run this again later");
      }
    }
  }

  private void stripe() {
    if (environment.find("STRIPE_SECRET_KEY").isEmpty()) {
      findings.skipped("Stripe's key and webhook", "set STRIPE_SECRET_KEY, or use --secret");
      return;
    }
    List<StripeEndpoints.Endpoint> endpoints;
    try {
      endpoints = StripeEndpoints.of(environment).list();
    } catch (InvalidSetting e) {
      findings.problem("the " + e.getMessage(), "use the key of the mode that the stage needs");
      return;
    } catch (PaymentsUnavailable e) {
      findings.problem(
          String.valueOf(e.getMessage()),
          "check STRIPE_SECRET_KEY, and that a restricted key may read webhook endpoints");
      return;
    }
    findings.ok("Stripe accepts the key, whose mode fits the stage");
    findings.check(
        environment.text("STRIPE_WEBHOOK_SECRET", "").matches("whsec_(?!none_yet).+"),
        "STRIPE_WEBHOOK_SECRET has the form of a signing secret",
        "STRIPE_WEBHOOK_SECRET is not a signing secret (whsec_…)",
        "store the secret of the webhook endpoint, as docs/deploy.md describes");
    environment.find("WEBHOOK_URL").ifPresent(url -> webhook(url, endpoints));
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

  private void aws() {
    if (environment.find("AWS_REGION").isEmpty()) {
      findings.skipped("the table and the bucket", "set AWS_REGION");
      return;
    }
    inspect(
        "the table", "TABLE_NAME", name -> new TableInspection(environment, name, findings).run());
    inspect(
        "the bucket",
        "BUCKET_NAME",
        name -> new BucketInspection(environment, name, origins(), findings).run());
  }

  private void inspect(String what, String setting, Consumer<String> inspection) {
    var name = environment.find(setting);
    if (name.isEmpty()) {
      findings.skipped(what, "set " + setting);
      return;
    }
    try {
      inspection.accept(name.get());
    } catch (SdkException e) {
      findings.problem(
          what + " " + name.get() + " cannot be inspected (" + e.getMessage() + ")",
          "check the credentials, AWS_REGION and the permissions to describe it");
    } catch (InvalidSetting e) {
      findings.problem("the " + e.getMessage(), "correct it");
    }
  }
}
