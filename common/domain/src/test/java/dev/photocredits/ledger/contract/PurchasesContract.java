package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.newPayment;
import static dev.photocredits.ledger.Samples.newSession;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.Money;
import dev.photocredits.values.SessionId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A purchase grants its credits once. */
interface PurchasesContract extends LedgerUnderTest {
  @Test
  default void a_purchase_adds_its_credits_and_the_amount_paid() {
    var ada = user(0);
    var purchase = SAMPLES.purchase(newSession(), 10);

    assertThat(ledger().grant(ada, purchase, null)).isInstanceOf(Granted.class);

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(10));
    assertThat(user.totalPurchased()).isEqualTo(Money.usd(999));
    assertThat(user.updatedAt()).isEqualTo(purchase.createdAt());
    assertThat(ledger().statement(ada, 10, null).items()).containsExactly(purchase);
  }

  @Test
  default void a_checkout_session_seen_twice_grants_credits_once() {
    var ada = user(0);
    var session = newSession();
    assertThat(ledger().findGrant(new SessionId(session))).isEmpty();
    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isInstanceOf(Granted.class);

    assertThat(ledger().findGrant(new SessionId(session))).isPresent();
    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isEqualTo(new AlreadyGranted(false));

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_refund_in_another_currency_before_the_grant_is_reported_on_every_repeat() {
    var ada = user(0);
    var payment = newPayment();
    var purchase = SAMPLES.purchase(newSession(), 10);
    var charge = new Charge(payment, Money.usd(999));
    var euros = new RefundTotal(payment, new Money(500, "eur"));
    assertThat(ledger().reverse(euros, SAMPLES.id(), SAMPLES.now()))
        .isInstanceOf(RecordedOnly.class);

    assertThat(ledger().grant(ada, purchase, charge))
        .isEqualTo(new Granted(credits(10), credits(0), true));

    assertThat(ledger().grant(ada, purchase, charge)).isEqualTo(new AlreadyGranted(true));
    assertThat(ledger().findGrant(purchase.session())).contains(new AlreadyGranted(true));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_checkout_session_grants_credits_to_one_user_only() {
    var ada = user(0);
    var bob = user(0);
    var session = newSession();
    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isInstanceOf(Granted.class);

    assertThat(ledger().grant(bob, SAMPLES.purchase(session, 10), null))
        .isEqualTo(new AlreadyGranted(false));

    assertThat(balance(bob)).isZero();
    Invariants.hold(auditReader(), List.of(ada, bob));
  }

  @Test
  default void a_hundred_concurrent_deliveries_of_one_session_grant_credits_once() {
    var ada = user(0);
    var session = newSession();

    var outcomes = Race.of(100, _ -> ledger().grant(ada, SAMPLES.purchase(session, 10), null));

    assertThat(outcomes).filteredOn(Granted.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(AlreadyGranted.class::isInstance).hasSize(99);
    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_grants_of_different_sessions_all_succeed() {
    var ada = user(0);

    var outcomes = Race.of(32, _ -> ledger().grant(ada, SAMPLES.purchase(newSession(), 10), null));

    assertThat(outcomes).hasOnlyElementsOfType(Granted.class);
    assertThat(balance(ada)).isEqualTo(320);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_purchase_by_an_unknown_user_writes_nothing_and_can_be_granted_later() {
    var ada = newEmail();
    var session = newSession();

    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isEqualTo(new GrantOutcome.NoSuchUser());

    assertThat(ledger().find(ada)).isEmpty();
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
    create(ada);
    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isInstanceOf(Granted.class);
  }

  @Test
  default void a_transaction_is_never_overwritten() {
    var ada = user(0);
    var first = SAMPLES.purchase(newSession(), 10);
    assertThat(ledger().grant(ada, first, null)).isInstanceOf(Granted.class);

    assertThatThrownBy(
            () -> ledger().grant(ada, SAMPLES.purchase(first.id(), newSession(), 50), null))
        .isInstanceOf(RuntimeException.class);

    assertThat(ledger().statement(ada, 10, null).items()).containsExactly(first);
    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  default void a_grant_record_leads_to_its_purchase() {
    var ada = newEmail();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var purchase = SAMPLES.purchase("cs_" + ada.value(), 10);
    assertThat(ledger().grant(ada, purchase, null)).isInstanceOf(Granted.class);
    var grantRecord = auditReader().account(ada).grantRecords().getFirst();

    assertThat(auditReader().transaction(grantRecord)).contains(purchase);
    var stray = new GrantRecord(grantRecord.session(), ada, SAMPLES.id(), null, null);
    assertThat(auditReader().transaction(stray)).isEmpty();
  }
}
