package dev.photocredits.simulator;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.photocredits.ledger.CreditByCredit;
import dev.photocredits.simulator.service.Evidence;
import dev.photocredits.simulator.service.TableEvidence;
import dev.photocredits.simulator.stripe.SimulatedStripe;
import dev.photocredits.simulator.stripe.SimulatedStripe.CardPayment;
import dev.photocredits.simulator.stripe.StripeApi;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Tests the oracle: what it considers correct, and that it shares no code with the rules. */
final class OracleTest {
  private final SimulatedStripe stripe =
      new SimulatedStripe(() -> Instant.parse("2026-11-25T12:00:00Z"));

  @Test
  void the_oracle_uses_none_of_the_domain_rules() {
    var oracle =
        new ClassFileImporter()
            .importClasses(
                Oracle.class,
                CreditByCredit.class,
                CreditByCredit.Line.class,
                Evidence.class,
                SimulatedStripe.class,
                StripeApi.class,
                Bank.class);

    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("dev.photocredits.simulator..", "java..", "com.fasterxml.jackson..")
                .or(resideInAnyPackage("org.jspecify.annotations"))
                .or(belongToAnyOf(Email.class, GenerationId.class, CreditByCredit.class)))
        .check(oracle);
  }

  @Test
  void table_evidence_uses_none_of_the_handlers_code() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("dev.photocredits.simulator..")
                .or(resideInAnyPackage("java..", "org.jspecify.annotations"))
                .or(belongToAnyOf(Email.class, AttributeValue.class)))
        .check(new ClassFileImporter().importClasses(TableEvidence.class));
  }

  @Test
  void a_dispute_partially_won_after_a_refund_leaves_no_credits() {
    var payment = paid();

    var _ = stripe.refund(payment, 500, "usd", "succeeded");
    var afterTheRefund = Oracle.worth(payment.session);
    var dispute = stripe.dispute(payment, 999, "usd");
    stripe.withdraw(dispute, 999);
    var afterTheDispute = Oracle.worth(payment.session);
    stripe.reinstate(dispute, 500, "lost", 1);

    assertThat(afterTheRefund).isEqualTo(5);
    assertThat(afterTheDispute).isZero();
    assertThat(Oracle.worth(payment.session)).isZero();
  }

  @Test
  void a_dispute_in_another_currency_reverses_nothing() {
    var payment = paid();

    stripe.withdraw(stripe.dispute(payment, 780, "gbp"), 780);

    assertThat(Oracle.worth(payment.session)).isEqualTo(10);
  }

  @Test
  void a_failed_refund_restores_its_credits_and_a_new_one_reverses_them_once() {
    var payment = paid();

    var first = stripe.refund(payment, 999, "usd", "pending");
    var whilePending = Oracle.worth(payment.session);
    stripe.update(first, "failed");
    var afterTheFailure = Oracle.worth(payment.session);
    var _ = stripe.refund(payment, 999, "usd", "succeeded");

    assertThat(whilePending).isZero();
    assertThat(afterTheFailure).isEqualTo(10);
    assertThat(Oracle.worth(payment.session)).isZero();
  }

  @Test
  void a_second_withdrawal_of_a_dispute_reverses_credits_again() {
    var payment = paid();

    var dispute = stripe.dispute(payment, 400, "usd");
    stripe.withdraw(dispute, 400);
    stripe.reinstate(dispute, 400, "won", 1);
    var afterItWasWon = Oracle.worth(payment.session);
    stripe.withdraw(dispute, 400);

    assertThat(afterItWasWon).isEqualTo(10);
    assertThat(Oracle.worth(payment.session)).isEqualTo(6);
  }

  private CardPayment paid() {
    var pack = new SimulatedStripe.Terms("starter", 10, 999);
    var session = stripe.open("cus_1", Map.of(), Map.of(), null, pack, 999);
    stripe.pay(session, 1);
    return Objects.requireNonNull(session.payment);
  }
}
