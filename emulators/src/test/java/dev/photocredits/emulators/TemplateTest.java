package dev.photocredits.emulators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of reading {@code template.yaml}. */
final class TemplateTest {
  private static final Map<String, String> NAMES =
      Map.of(
          "TABLE_NAME", "t",
          "BUCKET_NAME", "b",
          "QUEUE_URL", "q",
          "DIGEST_SECRET_ID", "d",
          "METRICS_NAMESPACE", "m");

  private final Template template = Template.find();

  @Test
  void every_route_of_the_contract_is_in_the_template() {
    assertThat(template.routes())
        .extracting(route -> route.key() + " " + route.function())
        .containsExactlyInAnyOrder(
            "GET /api/health HealthFunction",
            "$default HealthFunction",
            "GET /api/packages CreditsFunction",
            "HEAD /api/packages CreditsFunction",
            "GET /api/prices CreditsFunction",
            "HEAD /api/prices CreditsFunction",
            "POST /api/quote CreditsFunction",
            "GET /api/credits/{email} CreditsFunction",
            "HEAD /api/credits/{email} CreditsFunction",
            "GET /api/credits/{email}/transactions CreditsFunction",
            "HEAD /api/credits/{email}/transactions CreditsFunction",
            "POST /api/checkout CheckoutFunction",
            "GET /api/checkout/{session_id} CheckoutFunction",
            "HEAD /api/checkout/{session_id} CheckoutFunction",
            "POST /api/webhooks/stripe WebhookFunction",
            "POST /api/feedback FeedbackFunction",
            "POST /api/uploads GenerationFunction",
            "POST /api/generate GenerationFunction",
            "GET /api/generations/{email} GenerationFunction",
            "HEAD /api/generations/{email} GenerationFunction",
            "GET /api/generations/{email}/{id} GenerationFunction",
            "HEAD /api/generations/{email}/{id} GenerationFunction",
            "DELETE /api/generations/{email}/{id} GenerationFunction");
  }

  @Test
  void the_stage_has_a_variable_with_the_origin_keys_if_there_are_any() {
    var keys = "a".repeat(64);

    var with = template.stageVariables(Map.of("ORIGIN_KEYS", keys));
    var without = template.stageVariables(Map.of());

    assertThat(with).containsExactly(Map.entry("origin_keys", keys));
    assertThat(without).isEmpty();
  }

  @Test
  void a_route_needs_a_token_unless_its_authorizer_is_none(@TempDir Path folder)
      throws IOException {
    var file = folder.resolve("template.yaml");
    Files.writeString(
        file,
        """
        Conditions: {Own: !Equals [!Ref Issuer, '']}
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth:
                DefaultAuthorizer: Tokens
                Authorizers:
                  Tokens:
                    JwtConfiguration:
                      issuer: !If [Own, !Sub 'https://${Pool}', !Ref Issuer]
                      audience: [{Fn::If: [Own, !Ref Client, !Ref Audience]}]
          Pool: {Type: AWS::Cognito::UserPool, Condition: Own}
          F:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                Own: {Type: HttpApi, Properties: {Method: GET, Path: /own}}
                Named: {Type: HttpApi, Properties: {Method: GET, Path: /named, Auth: {Authorizer: Tokens}}}
                Open: {Type: HttpApi, Properties: {Method: GET, Path: /open, Auth: {Authorizer: NONE}}}
        """);

    assertThat(Template.read(file).routes())
        .containsExactly(
            new Template.Route("GET /own", "F", true),
            new Template.Route("GET /named", "F", true),
            new Template.Route("GET /open", "F", false));
  }

  @Test
  void a_function_has_its_handler_and_its_own_or_the_global_limits() {
    assertThat(template.functions())
        .contains(
            new Template.Function(
                "CreditsFunction",
                "dev.photocredits.functions.credits.CreditsHandler",
                Duration.ofSeconds(29),
                1024),
            new Template.Function(
                "SweeperFunction",
                "dev.photocredits.functions.sweeper.SweeperHandler",
                Duration.ofSeconds(900),
                1024));
  }

  @Test
  void a_variable_has_the_default_of_its_parameter() {
    var environment = template.environment("GenerationFunction", NAMES);

    assertThat(environment)
        .containsEntry("ENVIRONMENT", "development")
        .containsEntry("AUTH_MODE", "jwt")
        .containsEntry("GEMINI_MODEL", "gemini-nano-banana-2.1,gemini-3.1-flash-lite-image")
        .containsEntry("GEMINI_THINKING_LEVEL", "")
        .containsEntry("GOOGLE_GEMINI_BASE_URL", "https://generativelanguage.googleapis.com")
        .containsEntry("CREDITS_PER_GENERATION", "3")
        .containsEntry("GENERATION_LEASE_SECONDS", "120")
        .containsEntry("IMAGE_URL_EXPIRY_SECONDS", "3600")
        .containsEntry("TABLE_NAME", "t")
        .containsEntry("BUCKET_NAME", "b")
        .containsEntry("SECRET_ID", "photo-credits/development/gemini");
  }

  @Test
  void the_queue_has_its_function_visibility_timeout_and_maximum_receives() {
    assertThat(template.queue())
        .isEqualTo(new Template.Queue("WorkerFunction", Duration.ofMinutes(15), 3));
  }

  @Test
  void a_setting_named_like_a_parameter_or_a_variable_overrides_the_template() {
    var settings = new HashMap<>(NAMES);
    settings.put("FRONTEND_URL", "https://shop.example");
    settings.put("AUTH_MODE", "open");

    var environment = template.environment("CheckoutFunction", settings);

    assertThat(environment)
        .containsEntry("FRONTEND_URL", "https://shop.example")
        .containsEntry("AUTH_MODE", "open")
        .containsEntry("STRIPE_API_BASE", "https://api.stripe.com");
  }

  @Test
  void a_variable_without_a_value_is_an_error_that_names_it() {
    var settings = Map.of("METRICS_NAMESPACE", "m");

    assertThatThrownBy(() -> template.environment("CheckoutFunction", settings))
        .isInstanceOf(StartupFailure.class)
        .hasMessage("TABLE_NAME is not set, and CheckoutFunction needs it.");
  }

  @ParameterizedTest
  @CsvSource({
    "CREDITS_PER_GENERATION, 0",
    "CREDITS_PER_GENERATION, three",
    "IMAGE_URL_EXPIRY_SECONDS, 999999999",
    "FRONTEND_URL, localhost",
    "GEMINI_MODEL, 'a,,b'"
  })
  void a_setting_that_violates_its_parameter_is_an_error_that_names_it(String name, String value) {
    assertThatThrownBy(() -> template.check(Map.of(name, value)))
        .isInstanceOf(StartupFailure.class)
        .hasMessageStartingWith(name + " must ")
        .hasMessageEndingWith(", but is " + value + ".");
  }

  @Test
  void a_setting_that_is_too_long_is_an_error_that_names_it() {
    template.check(Map.of("ENVIRONMENT", "e".repeat(12)));

    assertThatThrownBy(() -> template.check(Map.of("ENVIRONMENT", "e".repeat(13))))
        .isInstanceOf(StartupFailure.class)
        .hasMessage("ENVIRONMENT must have at most 12 characters, but has 13.");
  }

  @Test
  void allowed_origins_come_from_a_comma_separated_setting() {
    assertThat(template.cors(Map.of()).allowOrigins()).containsExactly("*");
    assertThat(template.cors(Map.of("CORS_ORIGINS", "https://a, https://b")).allowOrigins())
        .containsExactly("https://a", "https://b");
    assertThat(template.cors(Map.of()).allowMethods())
        .containsExactly("GET", "HEAD", "POST", "DELETE", "OPTIONS");
  }

  @Test
  void the_table_has_its_keys_indexes_and_expiry() {
    assertThat(template.table())
        .isEqualTo(
            new Template.Table(
                List.of(new Template.Key("PK", "HASH"), new Template.Key("SK", "RANGE")),
                Map.of("PK", "S", "SK", "S", "due", "S", "due_at", "S"),
                List.of(
                    new Template.Index(
                        "due",
                        List.of(
                            new Template.Key("due", "HASH"), new Template.Key("due_at", "RANGE")),
                        "KEYS_ONLY")),
                Optional.of("expires_at")));
  }

  @Test
  void a_value_that_only_aws_can_resolve_is_an_error_that_names_its_variable(@TempDir Path folder)
      throws IOException {
    var file = folder.resolve("template.yaml");
    Files.writeString(
        file,
        """
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Handler: a.B
              Environment: {Variables: {ARN: !GetAtt [Table, Arn], WHERE: !If [Here, 1, 2]}}
        """);

    assertThatThrownBy(() -> Template.read(file).environment("F", Map.of()))
        .hasMessage("ARN is not set, and F needs it.");
    assertThatThrownBy(() -> Template.read(file).environment("F", Map.of("ARN", "a")))
        .hasMessage("WHERE is not set, and F needs it.");
    assertThat(Template.read(file).environment("F", Map.of("ARN", "a", "WHERE", "b")))
        .isEqualTo(Map.of("ARN", "a", "WHERE", "b"));
  }
}
