package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.newPayment;
import static dev.photocredits.ledger.Samples.newSession;
import static dev.photocredits.ledger.Samples.refunded;
import static dev.photocredits.ledger.Samples.reinstated;
import static dev.photocredits.ledger.Samples.withdrawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.SessionId;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;

/** The ledger that a contract is about, and what the contracts do with it. */
interface LedgerUnderTest {
  Samples SAMPLES = new Samples(new SecureRandom());

  Ledger ledger();

  Generations generations();

  IdempotencyRecords idempotencyRecords();

  AuditReader auditReader();

  default Email user(int credits) {
    var email = newEmail();
    create(email);
    if (credits > 0) {
      assertThat(ledger().grant(email, SAMPLES.purchase(newSession(), credits), null))
          .isInstanceOf(Granted.class);
    }
    return email;
  }

  default void create(Email email) {
    assertThat(ledger().create(email, null, SAMPLES.now()).email()).isEqualTo(email);
  }

  default int balance(Email email) {
    return ledger().find(email).orElseThrow().credits().value();
  }

  /** The type and change of the user's newest transactions, newest first. */
  default List<String> newest(Email email, int count) {
    return ledger().statement(email, count, null).items().stream()
        .map(it -> it.type() + " " + it.change())
        .toList();
  }

  /** The ids of a purchase: its payment intent and its checkout session. */
  record Sale(PaymentIntentId payment, SessionId session) {}

  default Sale sale(Email email, int credits) {
    var purchase = SAMPLES.purchase(newSession(), credits);
    var payment = newPayment();
    assertThat(ledger().grant(email, purchase, new Charge(payment, Money.usd(999))))
        .isInstanceOf(Granted.class);
    return new Sale(payment, purchase.session());
  }

  /** Creates a user who owes that many credits. */
  default Email inDebt(int credits) {
    var email = user(0);
    var sale = sale(email, credits);
    var _ = started(email, credits);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(email, -credits));
    return email;
  }

  default ReversalOutcome refund(Sale sale, int cents) {
    return ledger().reverse(refunded(sale.payment(), cents), SAMPLES.id(), SAMPLES.now());
  }

  default ReversalOutcome withdraw(Sale sale, String dispute, int cents) {
    var update = withdrawn(sale.payment(), dispute, cents);
    return ledger().reverse(update, SAMPLES.id(), SAMPLES.now());
  }

  default ReversalOutcome reinstate(Sale sale, String dispute, int cents) {
    var update = reinstated(sale.payment(), dispute, cents);
    return ledger().reverse(update, SAMPLES.id(), SAMPLES.now());
  }

  default Promotion promote(Email email, int credits, Instant expiresAt) {
    var promotion = SAMPLES.promotion(credits, expiresAt);
    assertThat(ledger().promote(email, promotion, false)).isEqualTo(new Promoted());
    return promotion;
  }

  default Promotion promote(Email email, int credits, Instant expiresAt, Instant now) {
    var id = SAMPLES.id();
    var promotion = Promotion.until(expiresAt, id, credits(credits), "sorry " + id, "eve", now);
    assertThat(ledger().promote(email, promotion, false)).isEqualTo(new Promoted());
    return promotion;
  }

  /** Grants credits that have expired by the next instant of the samples' clock. */
  default Promotion expiringNow(Email email, int credits) {
    var now = SAMPLES.now();
    return promote(email, credits, now.plusNanos(1), now);
  }

  default Generation started(Email email, int price) {
    var generation = SAMPLES.order(email, price);
    assertThat(start(generation)).isEqualTo(new Started());
    return generation;
  }

  default StartOutcome start(Generation generation) {
    return generations().start(generation, null, Limits.NONE);
  }
}
