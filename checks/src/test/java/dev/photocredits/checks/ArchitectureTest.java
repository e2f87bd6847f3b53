package dev.photocredits.checks;

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
import dev.photocredits.aws.dynamodb.DynamoDb;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The walls of the house (README, "Where is…"), so far as Maven's modules do not build them. */
final class ArchitectureTest {
  private static final String[] DOMAIN = {
    "dev.photocredits.credits..",
    "dev.photocredits.payments..",
    "dev.photocredits.generation..",
    "dev.photocredits.idempotency..",
    "dev.photocredits.audit..",
    "dev.photocredits.erasure..",
    "dev.photocredits.feedback..",
    "dev.photocredits.uploads.."
  };

  static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .withImportOption(location -> !location.contains("tests.jar"))
          .importPackages("dev.photocredits");

  @Test
  void every_room_is_there() {
    assertThat(OURS.stream().map(c -> c.getPackageName()))
        .contains(
            "dev.photocredits.credits",
            "dev.photocredits.lambda",
            "dev.photocredits.photos",
            "dev.photocredits.aws.dynamodb",
            "dev.photocredits.stripe",
            "dev.photocredits.functions.generation",
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
                    .or(resideInAnyPackage("java..", "org.jspecify.annotations"))));
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
  void the_domain_has_no_clock_no_chance_and_no_environment_of_its_own() {
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

  /** Its seeds are part of a SnapStart snapshot: all instances would draw alike. */
  @Test
  void nothing_draws_lots_by_a_seed_that_a_snapshot_keeps() {
    holds(
        noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ThreadLocalRandom.class)
            .orShould()
            .callMethod(Math.class, "random"));
  }

  @Test
  void functions_do_not_know_each_other() {
    holds(slices().matching("dev.photocredits.functions.(*)..").should().notDependOnEachOther());
  }

  @Test
  void only_an_operator_erases_anybody() {
    holds(
        noClasses()
            .that(resideInAPackage("dev.photocredits.functions.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.photocredits.erasure.."))
            .orShould()
            .callMethod(DynamoDb.class, "identities"));
  }

  @Test
  void packages_have_no_cycles() {
    holds(slices().matching("dev.photocredits.(**)").should().beFreeOfCycles());
  }

  @Test
  void only_the_environment_reads_the_environment() {
    holds(
        noClasses()
            .that(not(simpleName("Environment")))
            .and(not(resideInAPackage("dev.photocredits.local..")))
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class));
  }

  @Test
  void only_wirings_open_adapters() {
    holds(
        noClasses()
            .that(resideInAPackage("dev.photocredits.functions.."))
            .and(not(simpleName("Wiring")))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("dev.photocredits.aws..", "software.amazon.awssdk..")));
  }

  @Test
  void only_the_log_writes_to_the_standard_streams() {
    holds(
        noClasses()
            .that(not(simpleName("Log")))
            .and(not(resideInAPackage("dev.photocredits.local")))
            .should(ACCESS_STANDARD_STREAMS));
  }

  @Test
  void a_handler_knows_no_sdk() {
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
