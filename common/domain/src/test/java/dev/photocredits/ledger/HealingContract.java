package dev.photocredits.ledger;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.somebody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.Books;
import dev.photocredits.audit.Discrepancies;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.DamagedAccount;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantOutcome.NoSuchUser;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A table that was restored from a backup may have any part of a grant and not the others. Granting
 * again ends with the purchase's credits, once.
 */
public interface HealingContract {
  Samples SAMPLES = new Samples(new Random(11));

  Ledger ledger();

  Books books();

  /** The mark of that purchase's session is not there. */
  void loseMark(Purchase purchase);

  void losePayment(PaymentIntentId payment);

  void loseTransaction(Email owner, TransactionId id);

  /** A user is not there, or as they were once. */
  void restore(Email owner, @Nullable User then);

  /** A purchase of ten credits by somebody who had five. */
  record Sold(Email owner, Purchase purchase, Charge charge, User before, User after) {
    Sold again() {
      var other = SAMPLES.purchase(purchase.session().value(), 10);
      return new Sold(owner, other, charge, before, after);
    }
  }

  private Sold sold() {
    var owner = somebody();
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
    return ledger().grant(sold.owner(), sold.again().purchase(), sold.charge());
  }

  private void isWhole(Sold sold, int balance) {
    assertThat(ledger().find(sold.owner()).orElseThrow().credits()).isEqualTo(credits(balance));
    assertThat(Discrepancies.of(books().account(sold.owner()))).isEmpty();
    assertThat(ledger().findGrant(sold.purchase().session())).isPresent();
    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));
    assertThat(ledger().find(sold.owner()).orElseThrow().credits()).isEqualTo(credits(balance));
  }

  @Test
  default void a_purchase_without_its_mark_is_marked_and_not_granted_again() {
    var sold = sold();
    loseMark(sold.purchase());

    assertThat(ledger().findGrant(sold.purchase().session())).isEmpty();
    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    isWhole(sold, 15);
  }

  @Test
  default void a_purchase_without_its_mark_and_payment_is_not_granted_again() {
    var sold = sold();
    loseMark(sold.purchase());
    losePayment(sold.charge().payment());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    isWhole(sold, 15);
  }

  @Test
  default void a_purchase_without_its_payment_gets_it_back() {
    var sold = sold();
    losePayment(sold.charge().payment());

    assertThat(ledger().findGrant(sold.purchase().session())).isEmpty();
    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    isWhole(sold, 15);
  }

  @Test
  default void a_mark_without_its_purchase_and_balance_is_granted_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    restore(sold.owner(), sold.before());

    assertThat(ledger().findGrant(sold.purchase().session())).isEmpty();
    assertThat(grantAgain(sold)).isEqualTo(new Granted(credits(10), credits(0), false));

    isWhole(sold, 15);
  }

  @Test
  default void a_mark_alone_is_granted_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    losePayment(sold.charge().payment());
    restore(sold.owner(), sold.before());

    assertThat(grantAgain(sold)).isEqualTo(new Granted(credits(10), credits(0), false));

    isWhole(sold, 15);
  }

  @Test
  default void a_payment_alone_is_granted_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    loseMark(sold.purchase());
    restore(sold.owner(), sold.before());

    assertThat(grantAgain(sold)).isEqualTo(new Granted(credits(10), credits(0), false));

    isWhole(sold, 15);
  }

  @Test
  default void a_balance_that_has_a_missing_purchase_is_not_moved_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    isWhole(sold, 15);
  }

  @Test
  default void a_balance_alone_is_not_moved_again() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    losePayment(sold.charge().payment());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    isWhole(sold, 15);
  }

  @Test
  default void a_purchase_of_a_user_with_debt_is_written_again_and_moves_nothing() {
    var sold = sold();
    var spent = Adjustment.of(SAMPLES.id(), -15, "spent", "eve", SAMPLES.now());
    assertThat(ledger().adjust(sold.owner(), spent)).isEqualTo(new Adjusted());
    var news = new Refunded(sold.charge().payment(), Money.usd(999));
    assertThat(ledger().reverse(news, SAMPLES.id(), SAMPLES.now())).isInstanceOf(Reversed.class);
    loseTransaction(sold.owner(), sold.purchase().id());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    isWhole(sold, 0);
    assertThat(ledger().find(sold.owner()).orElseThrow().debt()).isEqualTo(credits(10));
  }

  @Test
  default void a_balance_that_is_older_than_its_purchase_is_moved() {
    var sold = sold();
    restore(sold.owner(), sold.before());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    isWhole(sold, 15);
  }

  @Test
  default void a_user_who_is_missing_is_no_reason_to_lose_their_purchase() {
    var sold = sold();
    for (Transaction own : ledger().statement(sold.owner(), 9, null).items()) {
      loseTransaction(sold.owner(), own.id());
    }
    restore(sold.owner(), null);

    assertThat(grantAgain(sold)).isEqualTo(new NoSuchUser());
    var _ = ledger().create(sold.owner(), null, SAMPLES.now());
    assertThat(grantAgain(sold)).isEqualTo(new Granted(credits(10), credits(0), false));

    isWhole(sold, 10);
  }

  @Test
  default void what_was_refunded_stays_reversed() {
    var sold = sold();
    var news = new Refunded(sold.charge().payment(), Money.usd(300));
    var _ = ledger().reverse(news, SAMPLES.id(), SAMPLES.now());
    loseMark(sold.purchase());
    losePayment(sold.charge().payment());
    var _ = ledger().reverse(news, SAMPLES.id(), SAMPLES.now());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    isWhole(sold, 12);
  }

  @Test
  default void what_was_refunded_is_reversed_if_its_reversal_is_lost_with_the_rest() {
    var sold = sold();
    var news = new Refunded(sold.charge().payment(), Money.usd(300));
    losePayment(sold.charge().payment());
    var _ = ledger().reverse(news, SAMPLES.id(), SAMPLES.now());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    isWhole(sold, 12);
  }

  @Test
  default void other_damage_is_left_alone() {
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
  default void other_damage_is_no_reason_to_leave_a_purchase_without_its_mark() {
    var sold = sold();
    var other = ledger().statement(sold.owner(), 9, null).items().getLast();
    loseTransaction(sold.owner(), other.id());
    loseMark(sold.purchase());

    assertThat(grantAgain(sold)).isEqualTo(new AlreadyGranted(false));

    assertThat(ledger().findGrant(sold.purchase().session())).isPresent();
    assertThat(ledger().find(sold.owner()).orElseThrow().credits()).isEqualTo(credits(15));
  }

  @Test
  default void many_who_heal_at_once_heal_once() {
    var sold = sold();
    loseTransaction(sold.owner(), sold.purchase().id());
    restore(sold.owner(), sold.before());

    var outcomes = Race.of(8, _ -> grantAgain(sold));

    assertThat(outcomes).filteredOn(Granted.class::isInstance).hasSize(1);
    isWhole(sold, 15);
  }
}
