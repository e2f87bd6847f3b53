package dev.photocredits.systemtests.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import dev.photocredits.systemtests.ArchitectureTest;
import dev.photocredits.systemtests.ProjectFiles;
import dev.photocredits.systemtests.template.TransformedTemplate.Function;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares what the functions are granted with what their code needs. */
final class PermissionsTest {
  private final TransformedTemplate template = TransformedTemplate.read();

  @Test
  void a_function_is_granted_exactly_what_its_code_needs() {
    assertThat(template.functions())
        .hasSameSizeAs(ProjectFiles.functions())
        .flatExtracting(PermissionsTest::differences)
        .isEmpty();
  }

  private static List<String> differences(Function function) {
    var differences = new ArrayList<String>();
    var grants = function.grants();
    var needs =
        RequiredPermissions.of(
            function, ReachableCode.of(ArchitectureTest.OURS, function.handler()));
    needs.forEach(
        (need, way) -> {
          if (grants.stream().noneMatch(grant -> grant.allows(need))) {
            differences.add(function.name() + " needs but is not granted " + need + ": " + way);
          }
        });
    for (var grant : grants) {
      if (needs.keySet().stream().noneMatch(grant::allows)) {
        differences.add(function.name() + " is granted but does not need " + grant);
      } else if (!grant.inTransactions()
          && needs.keySet().stream().filter(grant::isLike).allMatch(Permission::inTransactions)) {
        differences.add(function.name() + " needs this only inside a transaction: " + grant);
      }
    }
    if (new HashSet<>(grants).size() < grants.size()) {
      differences.add(function.name() + " is granted the same permission twice: " + grants);
    }
    return differences;
  }

  @Test
  void no_function_is_granted_all_actions_or_all_resources() {
    for (var function : template.functions()) {
      assertThat(function.grants())
          .as(function.name())
          .allSatisfy(
              grant -> {
                assertThat(grant.action()).matches("\\w+:\\w+");
                // Wildcards may stand only for the objects in a folder, and for the six characters
                // that Secrets Manager appends to a name.
                assertThat(grant.resource().replaceFirst("/(images|uploads)/\\*$|-\\?{6}$", ""))
                    .contains("${")
                    .doesNotContain("*", "?");
                assertThat(grant.keys().replaceFirst("^[A-Z]+#\\*$", "")).doesNotContain("*", "?");
              });
      // AWS's policies cover all resources of the account, and AWS may change them.
      assertThat(function.managedPolicies()).as(function.name()).isEmpty();
    }
  }

  @Test
  void a_stage_reads_only_its_own_secrets() {
    assertThat(template.functions())
        .flatExtracting(
            function ->
                function.secretNames().stream().map(name -> function.name() + " " + name).toList())
        .containsExactlyInAnyOrder(
            "CheckoutFunction ${SecretPrefix}/${Environment}/stripe",
            "GenerationFunction ${SecretPrefix}/${Environment}/gemini",
            "SweeperFunction ${SecretPrefix}/${Environment}/stripe",
            "WebhookFunction ${SecretPrefix}/${Environment}/stripe",
            "WebhookFunction ${SecretPrefix}/${Environment}/stripe-webhook",
            "WorkerFunction ${SecretPrefix}/${Environment}/gemini");
  }

  @Test
  void no_function_may_delete_items_from_the_table() {
    assertThat(template.functions())
        .flatExtracting(Function::grants)
        .extracting(Permission::action)
        .filteredOn(action -> action.startsWith("dynamodb:"))
        .isSubsetOf(
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:ConditionCheckItem");
  }

  /** IAM distinguishes items only by partition key, so it cannot forbid this. */
  @Test
  void no_transaction_is_ever_overwritten_or_changed() {
    assertThat(units("dev.photocredits.dynamodb"))
        .filteredOn(unit -> touches(unit, "Put.builder"))
        .isNotEmpty()
        .allMatch(unit -> touches(unit, "Put$Builder.conditionExpression"));
    assertThat(units("dev.photocredits.dynamodb"))
        .filteredOn(unit -> touches(unit, "StoredTransaction.SCHEMA"))
        .isNotEmpty()
        .noneMatch(unit -> touches(unit, "Table.put") || touches(unit, "TransactWrite.put"));
    assertThat(units("dev.photocredits.dynamodb"))
        .filteredOn(unit -> touches(unit, "Table$Change.<init>"))
        .isNotEmpty()
        .noneMatch(unit -> touches(unit, "Keys.transaction"));
  }

  private static List<JavaCodeUnit> units(String packageName) {
    return ArchitectureTest.OURS.stream()
        .filter(type -> type.getPackageName().equals(packageName))
        .flatMap(type -> type.getCodeUnits().stream())
        .toList();
  }

  private static boolean touches(JavaCodeUnit unit, String name) {
    return ReachableCode.accesses(unit).stream()
        .anyMatch(access -> RequiredPermissions.name(access).equals(name));
  }

  @Test
  void only_functions_can_assume_the_roles() {
    assertThat(template.types())
        .filteredOn(type -> type.startsWith("AWS::IAM::"))
        .containsExactly("AWS::IAM::Policy", "AWS::IAM::Role");
    assertThat(template.ofType("AWS::IAM::Role")).hasSameSizeAs(template.functions());
    assertThat(template.functions())
        .extracting(Function::principals)
        .allMatch(List.of("lambda.amazonaws.com")::equals);
  }

  @Test
  void only_the_gateway_and_the_schedules_may_invoke_a_function_through_its_alias() {
    var schedules = template.ofType("AWS::Events::Rule").keySet();
    var aliases = template.ofType("AWS::Lambda::Alias").keySet();
    var permissions = template.ofType("AWS::Lambda::Permission").values();

    assertThat(permissions)
        .isNotEmpty()
        .allSatisfy(
            permission -> {
              assertThat(text(permission, "Action")).isEqualTo("lambda:InvokeFunction");
              assertThat(aliases).contains(name(text(permission, "FunctionName")));
              var source = text(permission, "SourceArn");
              switch (text(permission, "Principal")) {
                case "events.amazonaws.com" ->
                    assertThat(schedules).contains(name(source.replace(".Arn}", "}")));
                case "apigateway.amazonaws.com" ->
                    assertThat(source).contains(":execute-api:", ":${Api}/*/");
                default -> throw new AssertionError("unexpected principal: " + permission);
              }
            });
  }

  @Test
  void no_resource_policy_grants_access() {
    var statements =
        Stream.concat(
                template.ofType("AWS::S3::BucketPolicy").values().stream()
                    .map(policy -> policy.path("PolicyDocument")),
                template.ofType("AWS::SecretsManager::ResourcePolicy").values().stream()
                    .map(policy -> policy.path("ResourcePolicy")))
            .flatMap(policy -> policy.path("Statement").valueStream());

    assertThat(template.types())
        .filteredOn(type -> type.matches(".*(Policy|Permission|Url)"))
        .containsExactly(
            "AWS::IAM::Policy",
            "AWS::Lambda::Permission",
            "AWS::S3::BucketPolicy",
            "AWS::SecretsManager::ResourcePolicy");
    assertThat(statements)
        .hasSizeGreaterThanOrEqualTo(2)
        .allMatch(one -> text(one, "Effect").equals("Deny"));
    assertThat(template.ofType("AWS::DynamoDB::Table").values())
        .noneMatch(table -> table.has("ResourcePolicy"));
  }

  /** X-Ray's actions do not support resources. */
  @Test
  void the_only_policy_for_all_functions_allows_traces() {
    var traces = template.one("AWS::IAM::Policy", "Traces");

    assertThat(template.ofType("AWS::IAM::Policy")).containsOnlyKeys("Traces");
    assertThat(traces.path("Roles")).hasSameSizeAs(template.functions());
    assertThat(traces.at("/PolicyDocument/Statement")).hasSize(1);
    assertThat(traces.at("/PolicyDocument/Statement/0/Action").valueStream())
        .extracting(JsonNode::asText)
        .containsExactly("xray:PutTraceSegments", "xray:PutTelemetryRecords");
  }

  private static String text(JsonNode of, String name) {
    return TransformedTemplate.text(of.path(name));
  }

  /** Extracts the name from {@code ${name}}. */
  private static String name(String reference) {
    return reference.substring(2, reference.length() - 1);
  }
}
