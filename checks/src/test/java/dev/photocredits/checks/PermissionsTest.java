package dev.photocredits.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import dev.photocredits.checks.TransformedTemplate.Function;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A function may do what its code does, and nothing else: both are read, and compared. */
final class PermissionsTest {
  /** AWS's own policies: they are about everything, and AWS may change them. */
  private static final Set<String> MANAGED =
      Set.of(
          // What a function prints. SAM gives it to every function, and it writes to logs alone.
          "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
          // Receiving from the queue and deleting there. SAM gives it to who is called by one.
          "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
          // Traces, where they are switched on. X-Ray's actions know no resources.
          "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess");

  private final TransformedTemplate template = TransformedTemplate.read();

  @Test
  void what_a_function_may_do_is_what_its_code_does() {
    assertThat(template.functions())
        .hasSameSizeAs(Project.functions())
        .flatExtracting(PermissionsTest::differences)
        .isEmpty();
  }

  private static List<String> differences(Function function) {
    var differences = new ArrayList<String>();
    var grants = function.grants();
    var needs = Needs.of(function, Reach.of(ArchitectureTest.OURS, function.handler()));
    needs.forEach(
        (need, way) -> {
          if (grants.stream().noneMatch(grant -> grant.allows(need))) {
            differences.add(function.name() + " needs, and is not granted, " + need + ": " + way);
          }
        });
    for (var grant : grants) {
      if (needs.keySet().stream().noneMatch(grant::allows)) {
        differences.add(function.name() + " is granted, and does not need, " + grant);
      } else if (!grant.inTransactions()
          && needs.keySet().stream().filter(grant::isLike).allMatch(Permission::inTransactions)) {
        differences.add(function.name() + " needs only inside a transaction " + grant);
      }
    }
    if (new HashSet<>(grants).size() < grants.size()) {
      differences.add(function.name() + " is granted something twice: " + grants);
    }
    return differences;
  }

  @Test
  void nobody_may_do_everything_or_touch_everything() {
    for (var function : template.functions()) {
      assertThat(function.grants())
          .as(function.name())
          .allSatisfy(
              grant -> {
                assertThat(grant.action()).matches("\\w+:\\w+");
                // Pictures and photos have names of their own; Secrets Manager ends a name with six
                // letters.
                assertThat(grant.resource().replaceFirst("/(images|uploads)/\\*$|-\\?{6}$", ""))
                    .contains("${")
                    .doesNotContain("*", "?");
                assertThat(grant.keys().replaceFirst("^[A-Z]+#\\*$", "")).doesNotContain("*", "?");
              });
      assertThat(MANAGED).as(function.name()).containsAll(function.managedPolicies());
    }
  }

  @Test
  void a_stage_reads_secrets_of_its_own_name_alone() {
    assertThat(template.functions())
        .extracting(Function::secretName)
        .filteredOn(name -> !name.isEmpty())
        .hasSize(5)
        .allMatch(name -> name.matches("\\$\\{SecretPrefix}/\\$\\{Environment}/(stripe|gemini)"));
  }

  @Test
  void nobody_may_delete_from_the_table() {
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

  /** IAM knows an item by its partition key alone, so it cannot forbid this itself. */
  @Test
  void no_ledger_entry_is_ever_overwritten_or_changed() {
    assertThat(units("dev.photocredits.aws.dynamodb"))
        .filteredOn(unit -> touches(unit, "Put.builder"))
        .isNotEmpty()
        .allMatch(unit -> touches(unit, "Put$Builder.conditionExpression"));
    assertThat(units("dev.photocredits.aws.dynamodb"))
        .filteredOn(unit -> touches(unit, "Schemas.ENTRY"))
        .isNotEmpty()
        .noneMatch(unit -> touches(unit, "Table.put") || touches(unit, "TransactWrite.put"));
    assertThat(units("dev.photocredits.aws.dynamodb"))
        .filteredOn(unit -> touches(unit, "Table$Change.<init>"))
        .isNotEmpty()
        .noneMatch(unit -> touches(unit, "Keys.transaction"));
  }

  private static List<JavaCodeUnit> units(String room) {
    return ArchitectureTest.OURS.stream()
        .filter(type -> type.getPackageName().equals(room))
        .flatMap(type -> type.getCodeUnits().stream())
        .toList();
  }

  private static boolean touches(JavaCodeUnit unit, String name) {
    return Reach.accesses(unit).stream().anyMatch(access -> Needs.name(access).equals(name));
  }

  @Test
  void roles_are_for_functions_and_for_nobody_else() {
    assertThat(template.types())
        .filteredOn(type -> type.startsWith("AWS::IAM::"))
        .containsExactly("AWS::IAM::Role");
    assertThat(template.ofType("AWS::IAM::Role")).hasSameSizeAs(template.functions());
    assertThat(template.functions())
        .extracting(Function::principals)
        .allMatch(List.of("lambda.amazonaws.com")::equals);
  }

  @Test
  void only_our_gateway_and_our_schedules_may_call_a_function_by_its_alias() {
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
                default -> throw new AssertionError("who is that? " + permission);
              }
            });
  }

  @Test
  void no_resource_lets_anybody_in_by_itself() {
    var statements =
        template.ofType("AWS::S3::BucketPolicy").values().stream()
            .flatMap(policy -> policy.at("/PolicyDocument/Statement").valueStream());

    assertThat(template.types())
        .filteredOn(type -> type.matches(".*(Policy|Permission|Url)"))
        .containsExactly("AWS::Lambda::Permission", "AWS::S3::BucketPolicy");
    assertThat(statements).isNotEmpty().allMatch(one -> text(one, "Effect").equals("Deny"));
    assertThat(template.ofType("AWS::DynamoDB::Table").values())
        .noneMatch(table -> table.has("ResourcePolicy"));
  }

  private static String text(JsonNode of, String name) {
    return TransformedTemplate.text(of.path(name));
  }

  /** The name in {@code ${name}}. */
  private static String name(String reference) {
    return reference.substring(2, reference.length() - 1);
  }
}
