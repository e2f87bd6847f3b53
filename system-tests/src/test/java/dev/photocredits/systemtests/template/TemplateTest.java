package dev.photocredits.systemtests.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.emulators.Template;
import dev.photocredits.generation.GenerationQueue;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.local.LocalSystem;
import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that the template matches the code. */
final class TemplateTest {
  private static final Template TEMPLATE = Template.find();

  private static final TransformedTemplate TRANSFORMED = TransformedTemplate.read();

  private static final Set<String> HELD_BY_SECRETS =
      Set.of("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GEMINI_API_KEY", "DIGEST_KEY");

  @TempDir Path data;

  @Test
  void the_functions_of_the_template_are_the_folders_in_functions() {
    var expected = ProjectFiles.functions().stream().map(TemplateTest::logicalId).toList();

    assertThat(TEMPLATE.functions())
        .extracting(Template.Function::name)
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void every_handler_exists_and_has_the_constructor_that_lambda_calls() throws Exception {
    for (var function : TEMPLATE.functions()) {
      var handler = Class.forName(function.handler());

      assertThat(RequestHandler.class).isAssignableFrom(handler);
      assertThat(handler.getConstructors())
          .extracting(Constructor::getParameterCount)
          .containsExactlyInAnyOrder(0, 1);
    }
  }

  @Test
  void the_declared_variables_are_those_that_the_functions_read() throws Exception {
    try (var system = LocalSystem.start(Map.of("PORT", "0", "DATA_DIR", data.toString()))) {
      for (var function : TEMPLATE.functions()) {
        var declared = new TreeSet<>(system.variables(function.name()).keySet());

        var read = namesReadBy(function.handler(), system.environment());

        // Lambda sets AWS_* variables by itself. Every function checks SECRET_ID, and a secret may
        // contain more settings than the function needs.
        read.removeIf(name -> name.startsWith("AWS_"));
        read.removeIf(name -> name.equals("SECRET_ID") && !declared.contains(name));
        declared.removeIf(name -> name.startsWith("AWS_") || name.equals("JAVA_TOOL_OPTIONS"));
        assertThat(declared).as(function.name()).containsAll(read);
        declared.removeAll(read);
        assertThat(HELD_BY_SECRETS).as(function.name()).containsAll(declared);
      }
    }
  }

  @Test
  void numbers_have_the_same_bounds_in_the_template_and_in_the_code() throws Exception {
    var tried = new ArrayList<String>();
    try (var system = LocalSystem.start(Map.of("PORT", "0", "DATA_DIR", data.toString()))) {
      for (var function : TEMPLATE.functions()) {
        for (var number : numbersOf(function.name()).entrySet()) {
          var least = number.getValue().path("MinValue").asInt();
          var most = number.getValue().path("MaxValue").asInt();
          for (var value : List.of(least - 1, least, most, most + 1)) {
            var variables = new HashMap<>(system.variables(function.name()));
            variables.put(number.getKey(), value.toString());

            var starts = starts(function.handler(), variables);

            tried.add(function.name() + " with " + number.getKey() + "=" + value);
            assertThat(starts).as(tried.getLast()).isEqualTo(least <= value && value <= most);
          }
        }
      }
    }
    assertThat(tried).hasSizeGreaterThan(30);
  }

  /** CloudFormation generates another key if any of these properties changes. */
  @Test
  void the_digest_key_is_generated_once_and_never_changes() throws IOException {
    var template = TransformedTemplate.read();
    var key = template.one("AWS::SecretsManager::Secret", "DigestKey");
    var policy = template.one("AWS::SecretsManager::ResourcePolicy", "DigestKeyNeverChanges");

    assertThat(key.path("GenerateSecretString").toString())
        .isEqualTo(
            "{\"SecretStringTemplate\":\"{}\",\"GenerateStringKey\":\"DIGEST_KEY\","
                + "\"PasswordLength\":64,\"ExcludePunctuation\":true}");
    assertThat(key.has("Name")).isFalse();
    assertThat(template.endsOf("DigestKey")).containsExactly("RetainExceptOnCreate", "Retain");
    assertThat(policy.at("/SecretId/Ref").asText()).isEqualTo("DigestKey");
    assertThat(policy.at("/ResourcePolicy/Statement").toString())
        .isEqualTo(
            "[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":"
                + "[\"secretsmanager:PutSecretValue\",\"secretsmanager:RotateSecret\","
                + "\"secretsmanager:UpdateSecretVersionStage\"],\"Resource\":\"*\"}]");
  }

  @Test
  void no_parameter_can_turn_off_tokens() throws IOException {
    var text = Files.readString(ProjectFiles.root().resolve("template.yaml"));

    assertThat(text.lines().filter(line -> line.contains("AUTH_MODE")))
        .hasSize(4)
        .allMatch(line -> line.contains("AUTH_MODE: jwt"));
  }

  @Test
  void every_get_route_has_a_head_route() {
    var keys = TEMPLATE.routes().stream().map(Template.Route::key).toList();
    var heads =
        keys.stream()
            .filter(key -> key.startsWith("GET "))
            .map(key -> key.replace("GET ", "HEAD "))
            .filter(key -> !key.endsWith("/api/health"))
            .toList();

    assertThat(keys).containsAll(heads);
  }

  @Test
  void all_but_six_routes_require_a_token() {
    var open = new TreeSet<String>();
    var api = TRANSFORMED.one("AWS::ApiGatewayV2::Api", "Api").path("Body");

    for (var path : api.path("paths").properties()) {
      for (var method : path.getValue().properties()) {
        var security = method.getValue().path("security").toString();
        if (security.equals("[{\"NONE\":[]}]")) {
          open.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
        } else {
          assertThat(security).as(path.getKey()).isEqualTo("[{\"Tokens\":[]}]");
        }
      }
    }

    assertThat(open)
        .containsExactly(
            "GET /api/health",
            "GET /api/packages",
            "GET /api/prices",
            "HEAD /api/packages",
            "HEAD /api/prices",
            "POST /api/feedback",
            "POST /api/webhooks/stripe",
            "X-AMAZON-APIGATEWAY-ANY-METHOD $default");
  }

  @Test
  void tokens_come_from_the_stacks_pool_or_the_configured_issuer() {
    var jwt =
        TRANSFORMED
            .one("AWS::ApiGatewayV2::Api", "Api")
            .at(
                "/Body/components/securitySchemes/Tokens/x-amazon-apigateway-authorizer/jwtConfiguration");

    assertThat(jwt.at("/issuer/Fn::If/0").asText()).isEqualTo("HasOwnPool");
    assertThat(jwt.at("/issuer/Fn::If/1/Fn::Sub").asText())
        .isEqualTo("https://cognito-idp.${AWS::Region}.amazonaws.com/${Users}");
    assertThat(jwt.at("/issuer/Fn::If/2/Ref").asText()).isEqualTo("JwtIssuer");
    assertThat(jwt.at("/audience/0/Fn::If/1/Ref").asText()).isEqualTo("UsersClient");
    assertThat(jwt.at("/audience/0/Fn::If/2/Ref").asText()).isEqualTo("JwtAudience");
  }

  @Test
  void every_timeout_is_longer_than_those_it_encloses() {
    var gateway = Duration.ofSeconds(30); // the fixed limit of an HTTP API
    var functions =
        TEMPLATE.functions().stream()
            .filter(f -> TEMPLATE.routes().stream().anyMatch(r -> r.function().equals(f.name())))
            .toList();
    var lease = TRANSFORMED.parameter("GenerationLeaseSeconds");

    assertThat(functions).hasSize(6);
    assertThat(functions).allSatisfy(f -> assertThat(f.timeout()).isLessThan(gateway));
    assertThat(Duration.ofSeconds(lease.path("MinValue").asLong())).isGreaterThan(gateway);
    assertThat(Duration.ofSeconds(lease.path("Default").asLong()))
        .isGreaterThan(gateway.multipliedBy(2));
  }

  /** Lambda recommends six times the function's timeout, because it may buffer messages. */
  @Test
  void a_message_is_redelivered_after_its_worker_timed_out_and_before_its_lease_ends() {
    var queue = TEMPLATE.queue();
    var worker =
        TEMPLATE.functions().stream()
            .filter(function -> function.name().equals(queue.function()))
            .findFirst()
            .orElseThrow();

    assertThat(queue.visibility()).isGreaterThanOrEqualTo(worker.timeout().multipliedBy(6));
    assertThat(queue.visibility().plus(worker.timeout())).isLessThan(GenerationQueue.LEASE);
  }

  /** An account may have only ten concurrent executions, of which none can be reserved. */
  @Test
  void workers_are_capped_and_no_concurrency_is_reserved_by_default() {
    var mapping = TRANSFORMED.one("AWS::Lambda::EventSourceMapping", "WorkerFunctionSold");
    var workers = TRANSFORMED.parameter("WorkerConcurrency");

    assertThat(mapping.at("/ScalingConfig/MaximumConcurrency/Ref").asText())
        .isEqualTo("WorkerConcurrency");
    assertThat(workers.path("Default").asInt()).isBetween(2, 9);
    assertThat(workers.path("MinValue").asInt()).isEqualTo(2); // the bounds that Lambda allows
    assertThat(workers.path("MaxValue").asInt()).isEqualTo(1000);
    for (var function : List.of("Webhook", "Sweeper")) {
      var reserved =
          TRANSFORMED
              .one("AWS::Lambda::Function", function + "Function")
              .path("ReservedConcurrentExecutions");
      assertThat(reserved.at("/Fn::If/0").asText()).isEqualTo("ReservesFor" + function);
      assertThat(reserved.at("/Fn::If/1/Ref").asText()).isEqualTo(function + "Concurrency");
      assertThat(reserved.at("/Fn::If/2/Ref").asText()).isEqualTo("AWS::NoValue");
      assertThat(TRANSFORMED.parameter(function + "Concurrency").path("Default").asInt()).isZero();
    }
  }

  @Test
  void every_function_is_invoked_through_an_alias_of_a_version_with_a_snapshot() {
    var functions = TRANSFORMED.ofType("AWS::Lambda::Function");
    var versions = TRANSFORMED.ofType("AWS::Lambda::Version");
    var permissions = TRANSFORMED.ofType("AWS::Lambda::Permission").values();

    assertThat(functions).hasSize(ProjectFiles.functions().size());
    functions.forEach(
        (name, function) -> {
          var alias = TRANSFORMED.one("AWS::Lambda::Alias", name + "Aliaslive");
          assertThat(function.at("/SnapStart/ApplyOn").asText()).isEqualTo("PublishedVersions");
          assertThat(function.path("Runtime").asText()).isEqualTo("java25");
          assertThat(alias.path("Name").asText()).isEqualTo("live");
          assertThat(versions).containsKey(alias.at("/FunctionVersion/Fn::GetAtt/0").asText());
        });
    assertThat(permissions)
        .allSatisfy(
            permission ->
                assertThat(permission.at("/FunctionName/Ref").asText()).endsWith("Aliaslive"));
  }

  @Test
  void logs_expire_and_contain_no_personal_data() {
    assertThat(TRANSFORMED.ofType("AWS::Logs::LogGroup").values())
        .isNotEmpty()
        .allSatisfy(
            group ->
                assertThat(group.at("/RetentionInDays/Ref").asText())
                    .isEqualTo("LogRetentionDays"));
    assertThat(TRANSFORMED.ofType("AWS::Lambda::Function").values())
        .allSatisfy(
            function -> {
              assertThat(function.at("/LoggingConfig/LogFormat").asText()).isEqualTo("JSON");
              assertThat(function.at("/LoggingConfig/LogGroup/Ref").asText()).isEqualTo("Logs");
            });
    assertThat(
            TRANSFORMED
                .one("AWS::ApiGatewayV2::Stage", "ApiApiGatewayDefaultStage")
                .at("/AccessLogSettings/Format")
                .asText())
        .doesNotContain("identity", "userAgent", "claims", "$context.path");
  }

  @Test
  void data_that_customers_paid_for_is_protected_from_deletion() {
    var table = TRANSFORMED.one("AWS::DynamoDB::Table", "Table");

    assertThat(table.path("BillingMode").asText()).isEqualTo("PAY_PER_REQUEST");
    assertThat(table.at("/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled").asBoolean())
        .isTrue();
    assertThat(table.at("/SSESpecification/SSEEnabled").asBoolean()).isTrue();
    assertThat(table.at("/DeletionProtectionEnabled/Fn::If").toString())
        .isEqualTo("[\"IsProtected\",true,false]");
    for (var keeper : List.of("Table", "Bucket", "Users")) {
      assertThat(TRANSFORMED.endsOf(keeper))
          .as(keeper)
          .containsExactly("RetainExceptOnCreate", "Retain");
    }
  }

  @Test
  void the_bucket_is_private_and_its_objects_expire() {
    var bucket = TRANSFORMED.one("AWS::S3::Bucket", "Bucket");
    var denied =
        TRANSFORMED
            .one("AWS::S3::BucketPolicy", "BucketOverTlsOnly")
            .at("/PolicyDocument/Statement/0");
    var rules = bucket.at("/LifecycleConfiguration/Rules");

    assertThat(bucket.path("PublicAccessBlockConfiguration").properties())
        .hasSize(4)
        .allSatisfy(block -> assertThat(block.getValue().asBoolean()).isTrue());
    assertThat(bucket.at("/OwnershipControls/Rules/0/ObjectOwnership").asText())
        .isEqualTo("BucketOwnerEnforced");
    assertThat(bucket.path("BucketEncryption").toString()).contains("AES256");
    assertThat(bucket.at("/CorsConfiguration/CorsRules/0/AllowedMethods").toString())
        .isEqualTo("[\"GET\",\"HEAD\",\"PUT\"]");
    assertThat(denied.path("Effect").asText()).isEqualTo("Deny");
    assertThat(denied.at("/Condition/Bool/aws:SecureTransport").asText()).isEqualTo("false");
    assertThat(rules.at("/0/Prefix").asText()).isEqualTo("images/");
    assertThat(rules.at("/0/ExpirationInDays/Ref").asText()).isEqualTo("ImageRetentionDays");
    assertThat(TRANSFORMED.parameter("ImageRetentionDays").path("Default").asInt()).isEqualTo(30);
    assertThat(rules.at("/1/Prefix").asText()).isEqualTo("uploads/");
    assertThat(rules.at("/1/ExpirationInDays").asInt()).isEqualTo(1);
  }

  /**
   * A stack that fails to be created must be deletable, so protection is off in the beginning. The
   * page's address is known only when the page is deployed, so no rule asks for it.
   */
  @Test
  void a_first_deployment_needs_no_parameter_and_can_be_rolled_back() {
    assertThat(TRANSFORMED.parameters().values()).allMatch(parameter -> parameter.has("Default"));
    assertThat(TRANSFORMED.parameter("DeletionProtection").path("Default").asText())
        .isEqualTo("false");
    assertThat(
            TRANSFORMED
                .one("AWS::Cognito::UserPool", "Users")
                .at("/DeletionProtection/Fn::If")
                .toString())
        .isEqualTo("[\"IsProtected\",\"ACTIVE\",\"INACTIVE\"]");
    assertThat(TRANSFORMED.rules())
        .containsExactly("AudienceOfTheIssuer", "AddressOfTheSender", "CertificateOfTheDomain");
  }

  /** Names that are unique in an account, or a region, carry the name of the stack. */
  @Test
  void two_stacks_of_one_stage_do_not_collide() {
    var domain = TRANSFORMED.one("AWS::Cognito::UserPoolDomain", "UsersDomain");

    assertThat(TransformedTemplate.text(domain.path("Domain")))
        .isEqualTo("${AWS::StackName}-${AWS::AccountId}");
    assertThat(TRANSFORMED.ofType("AWS::Lambda::Function").values())
        .allSatisfy(
            function ->
                assertThat(function.at("/Environment/Variables/METRICS_NAMESPACE/Ref").asText())
                    .isEqualTo("AWS::StackName"));
    for (var named :
        Map.of(
                "AWS::Lambda::Function", "FunctionName",
                "AWS::DynamoDB::Table", "TableName",
                "AWS::S3::Bucket", "BucketName",
                "AWS::SQS::Queue", "QueueName",
                "AWS::Logs::LogGroup", "LogGroupName",
                "AWS::Cognito::UserPool", "UserPoolName",
                "AWS::IAM::Role", "RoleName",
                "AWS::Events::Rule", "Name")
            .entrySet()) {
      assertThat(TRANSFORMED.ofType(named.getKey()).values())
          .as(named.getKey())
          .isNotEmpty()
          .noneMatch(resource -> resource.has(named.getValue()));
    }
  }

  /** Without a limit, a leak or a bug costs whatever the model's quota allows. */
  @Test
  void the_pictures_of_a_day_are_limited_in_every_stage() throws IOException {
    var daily = TRANSFORMED.parameter("ModelDailyPictures").path("Default").asInt();
    var config = Files.readString(ProjectFiles.root().resolve("samconfig.toml"));

    assertThat(daily).isBetween(1, 1_000);
    assertThat(config).doesNotContain("ModelDailyPictures=0").contains("ModelDailyPictures=3000");
  }

  @Test
  void a_gradual_deployment_is_off_and_its_alarm_rolls_it_back() throws Exception {
    var gradual = TransformedTemplate.changed(Map.of("GradualDeployment", "true"));
    var groups =
        gradual.values().iterator().next().ofType("AWS::CodeDeploy::DeploymentGroup").values();
    var alarm = TRANSFORMED.one("AWS::CloudWatch::Alarm", "DeploymentFails");

    assertThat(TRANSFORMED.ofType("AWS::CodeDeploy::DeploymentGroup")).isEmpty();
    assertThat(groups)
        .hasSameSizeAs(TEMPLATE.functions())
        .allSatisfy(
            group -> {
              assertThat(TransformedTemplate.text(group.at("/AlarmConfiguration/Alarms/0/Name")))
                  .isEqualTo(TransformedTemplate.text(alarm.path("AlarmName")));
              assertThat(group.at("/AutoRollbackConfiguration/Events").toString())
                  .contains("DEPLOYMENT_STOP_ON_ALARM");
            });
  }

  @Test
  void the_api_has_a_domain_of_its_own_only_if_a_parameter_names_one() {
    var domain = TRANSFORMED.one("AWS::ApiGatewayV2::DomainName", "Domain");
    var mapping = TRANSFORMED.one("AWS::ApiGatewayV2::ApiMapping", "DomainOfTheApi");

    assertThat(TRANSFORMED.parameter("ApiDomain").path("Default").asText()).isEmpty();
    assertThat(TRANSFORMED.conditionOf("Domain")).isEqualTo("HasDomain");
    assertThat(TRANSFORMED.conditionOf("DomainOfTheApi")).isEqualTo("HasDomain");
    assertThat(domain.at("/DomainNameConfigurations/0/SecurityPolicy").asText())
        .isEqualTo("TLS_1_2");
    assertThat(TRANSFORMED.ofType("AWS::ApiGatewayV2::Stage"))
        .containsKey(mapping.at("/Stage/Ref").asText());
  }

  @Test
  void costly_routes_have_lower_rate_limits() {
    var stage = TRANSFORMED.one("AWS::ApiGatewayV2::Stage", "ApiApiGatewayDefaultStage");
    var usual = stage.at("/DefaultRouteSettings/ThrottlingRateLimit").asInt();

    for (var route : List.of("POST /api/generate", "POST /api/uploads", "POST /api/checkout")) {
      assertThat(stage.path("RouteSettings").path(route).path("ThrottlingRateLimit").asInt())
          .as(route)
          .isBetween(1, usual / 2);
    }
    assertThat(TEMPLATE.routes())
        .extracting(Template.Route::key)
        .containsAll(
            stage.path("RouteSettings").properties().stream().map(Map.Entry::getKey).toList());
  }

  @Test
  void no_secret_is_a_parameter_or_a_variable() throws IOException {
    var text = Files.readString(ProjectFiles.root().resolve("template.yaml"));

    assertThat(text).doesNotContain("{{resolve:", "NoEcho");
    for (var function : TRANSFORMED.ofType("AWS::Lambda::Function").values()) {
      assertThat(function.at("/Environment/Variables").properties())
          .extracting(Map.Entry::getKey)
          .doesNotContainAnyElementsOf(HELD_BY_SECRETS);
    }
  }

  @Test
  void a_changed_email_address_must_be_verified() {
    var pool = TRANSFORMED.one("AWS::Cognito::UserPool", "Users");
    var client = TRANSFORMED.one("AWS::Cognito::UserPoolClient", "UsersClient");

    assertThat(pool.at("/UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate/0"))
        .hasToString("\"email\"");
    assertThat(pool.at("/UsernameConfiguration/CaseSensitive").asBoolean(true)).isFalse();
    assertThat(client.path("GenerateSecret").asBoolean()).isFalse();
    assertThat(client.path("AllowedOAuthFlows").toString()).isEqualTo("[\"code\"]");
    assertThat(client.path("PreventUserExistenceErrors").asText()).isEqualTo("ENABLED");
  }

  /** Rotation does not allow the flow REFRESH_TOKEN_AUTH: the page uses the token endpoint. */
  @Test
  void tokens_live_for_an_hour_and_refresh_tokens_rotate() {
    var client = TRANSFORMED.one("AWS::Cognito::UserPoolClient", "UsersClient");

    assertThat(client.path("IdTokenValidity").asInt()).isEqualTo(60);
    assertThat(client.at("/TokenValidityUnits/IdToken").asText()).isEqualTo("minutes");
    assertThat(client.path("RefreshTokenValidity").asInt()).isBetween(1, 30);
    assertThat(client.at("/TokenValidityUnits/RefreshToken").asText()).isEqualTo("days");
    assertThat(client.at("/RefreshTokenRotation/Feature").asText()).isEqualTo("ENABLED");
    assertThat(client.path("ExplicitAuthFlows").toString()).doesNotContain("REFRESH");
    assertThat(client.path("EnableTokenRevocation").asBoolean()).isTrue();
  }

  @Test
  void a_password_gets_a_token_on_the_command_line_except_in_production() {
    var flows =
        TRANSFORMED.one("AWS::Cognito::UserPoolClient", "UsersClient").path("ExplicitAuthFlows");

    assertThat(TRANSFORMED.condition("IsProduction").at("/Fn::Equals/1").asText())
        .isEqualTo("production");
    assertThat(flows.path(0).asText()).isEqualTo("ALLOW_USER_SRP_AUTH");
    assertThat(flows.at("/1/Fn::If").toString())
        .isEqualTo(
            "[\"IsProduction\",{\"Ref\":\"AWS::NoValue\"},\"ALLOW_ADMIN_USER_PASSWORD_AUTH\"]");
    assertThat(flows).hasSize(2);
  }

  @Test
  void mail_second_factor_and_threat_protection_of_the_pool_are_parameters() {
    var pool = TRANSFORMED.one("AWS::Cognito::UserPool", "Users");

    assertThat(pool.at("/EmailConfiguration/Fn::If/0").asText()).isEqualTo("HasSender");
    assertThat(pool.at("/EmailConfiguration/Fn::If/1/SourceArn/Ref").asText())
        .isEqualTo("SenderIdentityArn");
    assertThat(pool.at("/MfaConfiguration/Ref").asText()).isEqualTo("Mfa");
    assertThat(pool.at("/EnabledMfas/Fn::If").toString()).contains("SOFTWARE_TOKEN_MFA");
    assertThat(pool.at("/UserPoolAddOns/AdvancedSecurityMode/Ref").asText())
        .isEqualTo("ThreatProtection");
    assertThat(pool.at("/UserPoolTier/Fn::If").toString())
        .isEqualTo("[\"HasThreatProtection\",\"PLUS\",\"ESSENTIALS\"]");
  }

  private static String logicalId(String folder) {
    return folder.substring(0, 1).toUpperCase(Locale.ROOT) + folder.substring(1) + "Function";
  }

  /** The numeric variables of a function, with their parameters. */
  private static Map<String, JsonNode> numbersOf(String function) {
    var numbers = new TreeMap<String, JsonNode>();
    for (var variable :
        TRANSFORMED
            .one("AWS::Lambda::Function", function)
            .at("/Environment/Variables")
            .properties()) {
      var parameter = TRANSFORMED.parameter(variable.getValue().path("Ref").asText());
      if (parameter.path("Type").asText().equals("Number")) {
        numbers.put(variable.getKey(), parameter);
      }
    }
    return numbers;
  }

  private static boolean starts(String handler, Map<String, String> variables)
      throws ReflectiveOperationException {
    try {
      var _ =
          Class.forName(handler)
              .getConstructor(Environment.class)
              .newInstance(new Environment(variables));
      return true;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidSetting) {
        return false;
      }
      throw e;
    }
  }

  private static Set<String> namesReadBy(String handler, Map<String, String> variables)
      throws ReflectiveOperationException {
    Set<String> read = Collections.newSetFromMap(new ConcurrentHashMap<>());
    var watched =
        new AbstractMap<String, String>() {
          @Override
          public @Nullable String get(Object name) {
            read.add((String) name);
            return variables.get(name);
          }

          @Override
          public Set<Map.Entry<String, String>> entrySet() {
            throw new AssertionError("settings are read by name");
          }
        };
    var _ =
        Class.forName(handler)
            .getConstructor(Environment.class)
            .newInstance(new Environment(watched));
    return new TreeSet<>(read);
  }
}
