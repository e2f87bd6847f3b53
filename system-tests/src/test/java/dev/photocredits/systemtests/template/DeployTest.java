package dev.photocredits.systemtests.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.ProjectFiles;
import dev.photocredits.systemtests.fakes.FakeDeployment;
import dev.photocredits.values.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code build/python/deploy.py}, which deploys the stacks of a stage. */
final class DeployTest {
  private static final String PAGE =
      "deploy|--config-env|default|--template-file|template-page.yaml|--stack-name|shop-page"
          + "|--parameter-overrides|ApiUrl=https://api.example"
          + " SignInUrl=https://sign-in.example BucketName=pictures";

  private static final String FIREWALL =
      "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1";

  private static final String EDGE =
      "deploy|--config-env|default|--template-file|template-edge.yaml|--stack-name|shop-edge"
          + "|--region|us-east-1|--parameter-overrides|RequestsPerAddress=500";

  private static final String OPERATIONS =
      "deploy|--config-env|default|--template-file|template-operations.yaml"
          + "|--stack-name|shop-operations|--parameter-overrides|StackName=shop"
          + " StageName=%s ApiId=a1 TableName=table DeadLettersName=dead SweeperName=sweeper"
          + " FunctionNames=health,sweeper"
          + " Email=eve@example.com";

  @TempDir Path folder;

  private FakeDeployment account;

  @BeforeEach
  void start() throws IOException {
    account = new FakeDeployment(folder, "shop");
    for (var output :
        List.of(
            "ApiUrl=https://api.example",
            "SignInUrl=https://sign-in.example",
            "UserPoolClientId=client",
            "BucketName=pictures",
            "StageName=development",
            "ApiId=a1",
            "TableName=table",
            "DeadLettersName=dead",
            "SweeperName=sweeper",
            "FunctionNames=health,sweeper")) {
      var pair = output.split("=", 2);
      account.output("shop", pair[0], pair[1]);
    }
    account.output("shop-page", "PageUrl", "https://page.example/");
    account.output("shop-page", "PageBucketName", "web");
    account.output("shop-page", "DistributionId", "D1");
    account.output("shop-page", "OriginKeyArn", "arn:aws:secretsmanager:eu-central-1:1:secret:key");
    account.output("shop-edge", "WebAclArn", FIREWALL);
    account.secret("key-1", "version-1");
    Files.writeString(
        Files.createDirectories(folder.resolve("web")).resolve("app.js"), "let page;");
  }

  @AfterEach
  void close() {
    account.close();
  }

  @Test
  void the_page_is_deployed_after_the_system_which_then_gets_its_address() throws Exception {
    account.put("removed.js");

    var run = deploy("Environment=development", true);

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(account.calls())
        .containsExactly(
            "deploy|--config-env|default",
            PAGE,
            "deploy|--config-env|default|--parameter-overrides|Environment=development"
                + " FrontendUrl=https://page.example/ CorsOrigins=https://page.example",
            OPERATIONS.formatted("development"));
    assertThat(account.objects())
        .containsOnlyKeys("app.js", "config.json")
        .containsEntry("app.js", "let page;")
        .containsEntry(
            "config.json",
            """
            {"api": "https://api.example", "sign_in": {"url": "https://sign-in.example",\
             "client_id": "client"}}\
            """);
    assertThat(account.requests()).containsExactly("CreateInvalidation D1");
  }

  @Test
  void the_system_is_deployed_once_when_nothing_is_late() throws Exception {
    assertThat(deploy("Environment=development", true).status()).isZero();
    var first = account.calls().size();

    assertThat(deploy("Environment=development", true).status()).isZero();

    assertThat(account.calls().subList(first, account.calls().size()))
        .containsExactly("deploy|--config-env|default", PAGE, OPERATIONS.formatted("development"));
  }

  @Test
  void the_system_refuses_direct_calls_only_after_cloudfront_serves_the_api() throws Exception {
    var run = deployWithEdge();

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(account.calls())
        .containsExactly(
            "deploy|--config-env|default",
            EDGE,
            PAGE + " WebAclArn=" + FIREWALL,
            "deploy|--config-env|default|--parameter-overrides|Environment=development"
                + " FrontendUrl=https://page.example/ CorsOrigins=https://page.example"
                + " OriginKeys="
                + digest("key-1"),
            OPERATIONS.formatted("development"));
    assertThat(account.objects().get("config.json")).startsWith("{\"api\": \"\", ");
    assertThat(run.output()).doesNotContain("key-1");
  }

  @Test
  void a_repeat_with_the_same_key_deploys_the_system_once() throws Exception {
    assertThat(deployWithEdge().status()).isZero();
    var first = account.calls().size();

    assertThat(deployWithEdge().status()).isZero();

    assertThat(account.calls().subList(first, account.calls().size()))
        .containsExactly(
            "deploy|--config-env|default",
            EDGE,
            PAGE + " WebAclArn=" + FIREWALL + " OriginKeyVersion=version-1",
            OPERATIONS.formatted("development"));
  }

  @Test
  void a_new_key_is_accepted_before_cloudfront_sends_it_and_the_old_one_until_then()
      throws Exception {
    assertThat(deployWithEdge().status()).isZero();
    var first = account.calls().size();
    account.secret("key-2", "version-2");

    var run = deployWithEdge();

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(account.calls().subList(first, account.calls().size()))
        .containsExactly(
            "deploy|--config-env|default|--parameter-overrides|Environment=development OriginKeys="
                + digest("key-2")
                + ","
                + digest("key-1"),
            EDGE,
            PAGE + " WebAclArn=" + FIREWALL + " OriginKeyVersion=version-2",
            "deploy|--config-env|default|--parameter-overrides|Environment=development OriginKeys="
                + digest("key-2"),
            OPERATIONS.formatted("development"));
  }

  @Test
  void a_second_new_key_is_refused_while_the_first_may_not_be_in_use_everywhere() throws Exception {
    assertThat(deployWithEdge().status()).isZero();
    account.secret("key-2", "version-2");
    Files.createFile(folder.resolve("sam.fails"));
    assertThat(deployWithEdge().status()).isEqualTo(1);
    Files.delete(folder.resolve("sam.fails"));
    var before = account.calls().size();
    account.secret("key-3", "version-3");

    var run = deployWithEdge();

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.output()).contains("the origin key was changed again");
    assertThat(account.calls()).hasSize(before);
  }

  @Test
  void without_the_section_the_system_serves_direct_calls_before_cloudfront_stops()
      throws Exception {
    assertThat(deployWithEdge().status()).isZero();
    var first = account.calls().size();

    var run = deploy("Environment=development", true);

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(account.calls().subList(first, account.calls().size()))
        .containsExactly(
            "deploy|--config-env|default|--parameter-overrides|Environment=development"
                + " OriginKeys=off",
            PAGE + " WebAclArn=\"\" OriginKeyVersion=\"\"",
            OPERATIONS.formatted("development"));
    assertThat(account.objects().get("config.json"))
        .startsWith("{\"api\": \"https://api.example\"");
  }

  @Test
  void a_firewall_without_a_page_is_refused() throws Exception {
    var run = deploy("Environment=development", false, "[default.edge.parameters]\n");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.output())
        .endsWith(
            "samconfig.toml has a section default.edge, but no default.page, whose CloudFront it"
                + " protects.\n");
    assertThat(account.calls()).isEmpty();
  }

  @Test
  void production_is_protected_from_deletion_only_after_its_first_deployment() throws Exception {
    account.output("shop", "StageName", "production");

    var run = deploy("Environment=production", false);

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(account.calls())
        .containsExactly(
            "deploy|--config-env|default",
            "deploy|--config-env|default|--parameter-overrides|Environment=production"
                + " DeletionProtection=true");
  }

  @Test
  void a_parameter_in_samconfig_is_never_overridden() throws Exception {
    account.output("shop", "StageName", "production");

    var run =
        deploy("DeletionProtection=false FrontendUrl=https://own.example CorsOrigins=*", true);

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(account.calls())
        .containsExactly("deploy|--config-env|default", PAGE, OPERATIONS.formatted("production"));
  }

  @Test
  void a_stack_whose_first_deployment_failed_is_deleted_and_created_again() throws Exception {
    account.failFirst("shop");

    var run = deploy("Environment=development", false);

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(account.requests()).containsExactly("DeleteStack shop");
    assertThat(account.calls()).containsExactly("deploy|--config-env|default");
  }

  @Test
  void a_failed_deployment_ends_the_run() throws Exception {
    Files.createFile(folder.resolve("sam.fails"));

    var run = deploy("Environment=development", true);

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.output())
        .endsWith(
            "photo-credits: the deployment did not finish:"
                + " sam deploy failed; see its errors above.\n");
    assertThat(account.calls()).hasSize(1);
  }

  private record Run(int status, String output) {}

  private Run deployWithEdge() throws IOException, InterruptedException {
    return deploy(
        "Environment=development",
        true,
        """

        [default.edge.parameters]
        parameter_overrides = "RequestsPerAddress=500"
        """);
  }

  private static String digest(String key) {
    return HexFormat.of().formatHex(Sha256.of(key));
  }

  private Run deploy(String overrides, boolean withPageAndAlarms)
      throws IOException, InterruptedException {
    return deploy(overrides, withPageAndAlarms, "");
  }

  private Run deploy(String overrides, boolean withPageAndAlarms, String sections)
      throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("samconfig.toml"),
        """
        [default.global.parameters]
        stack_name = "shop"

        [default.deploy.parameters]
        region = "eu-central-1"
        parameter_overrides = "%s"
        """
                .formatted(overrides)
            + (withPageAndAlarms
                ? """

                [default.page.parameters]
                parameter_overrides = ""

                [default.operations.parameters]
                parameter_overrides = "Email=eve@example.com"
                """
                : "")
            + sections);
    var builder =
        new ProcessBuilder(
            ProjectFiles.root().resolve(".venv/sam/bin/python").toString(),
            ProjectFiles.root().resolve("build/python/deploy.py").toString(),
            "default");
    builder.directory(folder.toFile());
    var environment = builder.environment();
    environment.put("PATH", folder + ":" + environment.get("PATH"));
    environment.put("AWS_CONFIG_FILE", folder.resolve("none").toString());
    environment.put("AWS_ACCESS_KEY_ID", "none");
    environment.put("AWS_SECRET_ACCESS_KEY", "none");
    environment.put("AWS_ENDPOINT_URL", account.address().toString());
    var process = builder.redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), output);
  }
}
