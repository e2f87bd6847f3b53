package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.audit.Discrepancies;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.DamagedAccount;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantOutcome.NoSuchUser;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.User;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.TransactionId;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The contract for repairing grants. A table restored from a backup may have only some parts of a
 * grant; granting again must restore the missing parts and add the credits exactly once.
 */
public interface HealingContract {
  Samples SAMPLES = new Samples(new Random(11));

  Ledger ledger();

  AuditReader auditReader();

  /** Removes the grant record of the purchase's session. */
  void loseGrantRecord(Purchase purchase);

  /** Removes what is known of a payment. */
  void losePayment(PaymentIntentId payment);

  /** Removes a transaction, but not its effect on the balance. */
  void loseTransaction(Email owner, TransactionId id);

  /** Resets a user to an earlier state; null removes the user. */
  void restore(Email owner, @Nullable User then);

  /** A purchase of ten credits by a user who had five. */
  record Sold(Email owner, Purchase purchase, Charge charge, User before, User after) {
    Sold repeated() {
      var other = SAMPLES.purchase(purchase.session().value(), 10);
      return new Sold(owner, other, charge, before, after);
    }
  }

  private Sold sold() {
    var owner = newEmail();
    var id = UUID.randomUUID();
    var _ = ledger().create(owner, null, SAMPLES.now());
    var _ = ledger().grant(owner, SAMPLES.purchase("cs_before_" + id, 5), null);
    var before = ledger().find(owner).orElseThrow();
    var purchase = SAMPLES.purchase("cs_" + id, 10);
    var charge = new Charge(new PaymentIntentId("pi_" + id), Money.usd(999));
    assertThat(ledger().grant(owner, purchase, charge)).isInstanceOf(Granted.class);
    return new Sold(owner, purchase, charge, before, ledger().find(owner).orElseThrow());
  }

  private GrantOutcome grantAgain(Sold sold) {
    return ledger().grant(sold.owner(), sold.repeated().purchase(), sold.charge());
  }

  private void assertComplete(Sold sold, int balance) {
    assertThat(ledger().find(sold.owner()).orElseThrow().credits()).isEqualTo(credits(balance));
    assertThat(Discrepancies.of(auditReader().account(sold.owner()))).isEmpty();
    assertThat(ledger().findGrant(sold.purchase().session())).isPresent();
    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));
    assertThat(ledger().find(sold.owner()).orElseThrow().credits()).isEqualTo(credits(balance));
  }

  @Test
  default void a_purchase_without_its_grant_record_gets_one_and_is_not_granted_again() {
    var sold = sold();
    loseGrantRecord(sold.purchase());

    assertThat(ledger().findGrant(sold.purchase().session())).isEmpty();
    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertComplete(sold, 15);
  }

  @Test
  default void a_purchase_without_its_grant_record_and_payment_is_not_granted_again() {
    var sold = sold();
    loseGrantRecord(sold.purchase());
    losePayment(sold.charge().payment());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertComplete(sold, 15);
  }

  @Test
  default void a_missing_payment_of_a_purchase_is_restored() {
    var sold = sold();
    losePayment(sold.charge().payment());

    assertThat(ledger().findGrant(sold.purchase().session())).isEmpty();
    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertComplete(sold, 15);
  }

  @Test
  default void a_grant_record_without_its_purchase_and_balance_is_granted_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    restore(sold.owner(), sold.before());

    assertThat(ledger().findGrant(sold.purchase().session())).isEmpty();
    assertThat(grantAgain(sold)).isEqualTo(new Granted(credits(10), credits(0), false));

    assertComplete(sold, 15);
  }

  @Test
  default void a_grant_record_alone_is_granted_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    losePayment(sold.charge().payment());
    restore(sold.owner(), sold.before());

    assertThat(grantAgain(sold)).isEqualTo(new Granted(credits(10), credits(0), false));

    assertComplete(sold, 15);
  }

  @Test
  default void a_payment_alone_is_granted_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    loseGrantRecord(sold.purchase());
    restore(sold.owner(), sold.before());

    assertThat(grantAgain(sold)).isEqualTo(new Granted(credits(10), credits(0), false));

    assertComplete(sold, 15);
  }

  @Test
  default void a_balance_that_includes_a_missing_purchase_is_not_increased_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertComplete(sold, 15);
  }

  @Test
  default void a_balance_without_its_purchase_and_payment_is_not_increased_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    losePayment(sold.charge().payment());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertComplete(sold, 15);
  }

  @Test
  default void a_missing_purchase_of_a_user_in_debt_is_restored_without_changing_the_balance() {
    var sold = sold();
    var spent = Adjustment.of(SAMPLES.id(), -15, "spent", "eve", SAMPLES.now());
    assertThat(ledger().adjust(sold.owner(), spent)).isEqualTo(new Adjusted());
    var update = new RefundTotal(sold.charge().payment(), Money.usd(999));
    assertThat(ledger().reverse(update, SAMPLES.id(), SAMPLES.now())).isInstanceOf(Reversed.class);
    loseTransaction(sold.owner(), sold.purchase().id());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertComplete(sold, 0);
    assertThat(ledger().find(sold.owner()).orElseThrow().debt()).isEqualTo(credits(10));
  }

  @Test
  default void a_balance_older_than_its_purchase_is_increased() {
    var sold = sold();
    restore(sold.owner(), sold.before());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertComplete(sold, 15);
  }

  @Test
  default void a_purchase_is_granted_again_once_its_missing_user_is_recreated() {
    var sold = sold();
    for (Transaction own : ledger().statement(sold.owner(), 9, null).items()) {
      loseTransaction(sold.owner(), own.id());
    }
    restore(sold.owner(), null);

    assertThat(grantAgain(sold)).isEqualTo(new NoSuchUser());
    var _ = ledger().create(sold.owner(), null, SAMPLES.now());
    assertThat(grantAgain(sold)).isEqualTo(new Granted(credits(10), credits(0), false));

    assertComplete(sold, 10);
  }

  @Test
  default void a_refunded_payment_stays_reversed() {
    var sold = sold();
    var update = new RefundTotal(sold.charge().payment(), Money.usd(300));
    var _ = ledger().reverse(update, SAMPLES.id(), SAMPLES.now());
    loseGrantRecord(sold.purchase());
    losePayment(sold.charge().payment());
    var _ = ledger().reverse(update, SAMPLES.id(), SAMPLES.now());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertComplete(sold, 12);
  }

  @Test
  default void a_refund_reported_while_the_payment_is_missing_is_reversed_by_the_repair() {
    var sold = sold();
    var update = new RefundTotal(sold.charge().payment(), Money.usd(300));
    losePayment(sold.charge().payment());
    var _ = ledger().reverse(update, SAMPLES.id(), SAMPLES.now());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertComplete(sold, 12);
  }

  @Test
  default void unrelated_damage_is_left_alone() {
    var sold = sold();
    var other = ledger().statement(sold.owner(), 9, null).items().getLast();
    loseTransaction(sold.owner(), other.id());
    loseTransaction(sold.owner(), sold.purchase().id());

    assertThatThrownBy(() -> grantAgain(sold))
        .isInstanceOf(DamagedAccount.class)
        .hasMessageContaining("off by 15 credits");

    assertThat(ledger().find(sold.owner()).orElseThrow()).isEqualTo(sold.after());
  }

  @Test
  default void unrelated_damage_does_not_prevent_restoring_a_grant_record() {
    var sold = sold();
    var other = ledger().statement(sold.owner(), 9, null).items().getLast();
    loseTransaction(sold.owner(), other.id());
    loseGrantRecord(sold.purchase());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertThat(ledger().findGrant(sold.purchase().session())).isPresent();
    assertThat(ledger().find(sold.owner()).orElseThrow().credits()).isEqualTo(credits(15));
  }

  @Test
  default void concurrent_repairs_grant_once() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    restore(sold.owner(), sold.before());

    var outcomes = Race.of(8, _ -> grantAgain(sold));

    assertThat(outcomes).filteredOn(Granted.class::isInstance).hasSize(1);
    assertComplete(sold, 15);
  }
}
