package dev.photocredits.systemtests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.s3.S3Bucket;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The dependency rules of the code (README, "Where is…") that Maven's modules do not enforce. */
public final class ArchitectureTest {
  private static final String[] DOMAIN = {
    "dev.photocredits.values..",
    "dev.photocredits.credits..",
    "dev.photocredits.checkout..",
    "dev.photocredits.payments..",
    "dev.photocredits.reconciliation..",
    "dev.photocredits.images..",
    "dev.photocredits.generation..",
    "dev.photocredits.idempotency..",
    "dev.photocredits.audit..",
    "dev.photocredits.erasure..",
    "dev.photocredits.feedback..",
    "dev.photocredits.uploads.."
  };

  public static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .withImportOption(location -> !location.contains("tests.jar"))
          .importPackages("dev.photocredits");

  @Test
  void every_package_is_analysed() {
    assertThat(OURS.stream().map(c -> c.getPackageName()))
        .contains(
            "dev.photocredits.credits",
            "dev.photocredits.lambda",
            "dev.photocredits.photos",
            "dev.photocredits.dynamodb",
            "dev.photocredits.stripe",
            "dev.photocredits.functions.generation",
            "dev.photocredits.emulators.stripe",
            "dev.photocredits.operator",
            "dev.photocredits.local");
  }

  @Test
  void the_domain_depends_on_nothing_but_java() {
    holds(
        classes()
            .that(resideInAnyPackage(DOMAIN))
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(DOMAIN)
                    .or(
                        resideInAnyPackage(
                            "java..", "javax.crypto..", "org.jspecify.annotations"))));
  }

  @Test
  void photos_depend_on_nothing_but_java() {
    holds(
        classes()
            .that(resideInAPackage("dev.photocredits.photos"))
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                    "dev.photocredits.photos", "java..", "org.jspecify.annotations")));
  }

  @Test
  void the_domain_reads_no_clock_no_random_numbers_and_no_environment() {
    holds(
        noClasses()
            .that(resideInAnyPackage(DOMAIN))
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Clock.class, Random.class, ThreadLocalRandom.class));
  }

  /** The seeds are part of a SnapStart snapshot, so all instances would get the same numbers. */
  @Test
  void no_random_numbers_come_from_a_seed_that_a_snapshot_keeps() {
    holds(
        noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ThreadLocalRandom.class)
            .orShould()
            .callMethod(Math.class, "random"));
  }

  @Test
  void functions_do_not_depend_on_each_other() {
    holds(slices().matching("dev.photocredits.functions.(*)..").should().notDependOnEachOther());
  }

  @Test
  void functions_cannot_erase_accounts() {
    holds(
        noClasses()
            .that(resideInAPackage("dev.photocredits.functions.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.photocredits.erasure.."))
            .orShould()
            .callMethod(DynamoDb.class, "accountOwners")
            .orShould()
            .callMethod(S3Bucket.class, "removal"));
  }

  @Test
  void emulators_depend_on_no_function_and_no_adapter() {
    holds(
        noClasses()
            .that(resideInAPackage("dev.photocredits.emulators.."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "dev.photocredits.functions..",
                    "dev.photocredits.local..",
                    "dev.photocredits.dynamodb..",
                    "dev.photocredits.s3..",
                    "dev.photocredits.sqs..",
                    "dev.photocredits.stripe..",
                    "dev.photocredits.gemini..")));
  }

  @Test
  void the_operators_command_line_depends_on_no_emulator_and_no_function() {
    holds(
        noClasses()
            .that(resideInAPackage("dev.photocredits.operator.."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "dev.photocredits.emulators..",
                    "dev.photocredits.functions..",
                    "dev.photocredits.local..")));
  }

  @Test
  void packages_have_no_cycles() {
    holds(slices().matching("dev.photocredits.(**)").should().beFreeOfCycles());
  }

  @Test
  void only_the_environment_class_reads_environment_variables() {
    holds(
        noClasses()
            .that(not(simpleName("Environment")))
            .and(not(simpleName("PhotoCredits")))
            .and(not(resideInAnyPackage("dev.photocredits.local..", "dev.photocredits.emulators")))
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class));
  }

  @Test
  void only_wirings_create_adapters() {
    holds(
        noClasses()
            .that(resideInAPackage("dev.photocredits.functions.."))
            .and(not(simpleName("Wiring")))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "dev.photocredits.aws..",
                    "dev.photocredits.dynamodb..",
                    "dev.photocredits.s3..",
                    "dev.photocredits.sqs..",
                    "software.amazon.awssdk..")));
  }

  @Test
  void one_class_builds_the_error_responses() {
    holds(
        noClasses()
            .that(not(simpleName("Errors").or(simpleName("ErrorCode")).or(simpleName("Response"))))
            .should()
            .dependOnClassesThat(simpleName("ErrorCode")));
  }

  @Test
  void one_class_parses_the_json_of_stripe() {
    holds(
        noClasses()
            .that(resideInAPackage("dev.photocredits.stripe.."))
            .and(not(simpleName("StripeJson")))
            .should()
            .dependOnClassesThat(
                resideInAPackage("com.fasterxml..").or(simpleName("Json")).or(simpleName("Gson"))));
  }

  @Test
  void only_the_log_writes_to_the_standard_streams() {
    holds(
        noClasses()
            .that(not(simpleName("Log")))
            .and(not(simpleName("PhotoCredits")))
            .and(not(resideInAPackage("dev.photocredits.local")))
            .should(ACCESS_STANDARD_STREAMS));
  }

  @Test
  void handlers_depend_on_no_sdk() {
    holds(
        noClasses()
            .that()
            .haveSimpleNameEndingWith("Handler")
            .and(resideInAPackage("dev.photocredits.functions.."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "software.amazon..", "com.stripe..", "com.google..", "com.fasterxml..")));
  }

  @Test
  void every_package_is_null_marked() {
    var unmarked =
        OURS.stream()
            .map(c -> c.getPackage())
            .distinct()
            .filter(p -> !p.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .toList();

    assertThat(unmarked).isEmpty();
  }

  private static void holds(ArchRule rule) {
    rule.check(OURS);
  }
}
