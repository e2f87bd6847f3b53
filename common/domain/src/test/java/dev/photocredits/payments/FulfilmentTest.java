package dev.photocredits.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Race;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Buying: the session that is opened, and the credits that come with its payment. */
final class FulfilmentTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final InstantSource NOON =
      InstantSource.fixed(Instant.parse("2026-11-23T12:00:00Z"));
  private static final PaidSession PAID =
      new PaidSession(new SessionId("cs_1"), ADA, CreditPackage.STARTER, Money.usd(999));

  private final InMemoryLedger ledger = new InMemoryLedger();
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(7));
  private final Accounts accounts = new Accounts(ledger, new Credits(2), ids, NOON);
  private final Fulfilment fulfilment = new Fulfilment(accounts, ledger, ids, NOON);

  @Test
  void a_paid_session_grants_its_package() {
    var _ = accounts.open(ADA);

    assertThat(fulfilment.fulfil(PAID)).isEqualTo(new Granted());

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(12));
    var entry =
        (Purchase)
            ledger.statement(ADA, 10, null).items().stream()
                .filter(Purchase.class::isInstance)
                .findFirst()
                .orElseThrow();
    assertThat(entry.description()).isEqualTo("Purchase: Starter Pack");
    assertThat(entry.session()).isEqualTo(PAID.id());
    assertThat(entry.paid()).isEqualTo(Money.usd(999));
  }

  @Test
  void a_payer_whom_we_do_not_know_becomes_a_user_with_the_welcome_credits() {
    assertThat(fulfilment.fulfil(PAID)).isEqualTo(new Granted());

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(12));
  }

  @Test
  void a_repeat_grants_nothing() {
    assertThat(fulfilment.fulfil(PAID)).isEqualTo(new Granted());

    assertThat(fulfilment.fulfil(PAID)).isEqualTo(new AlreadyGranted());

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(12));
  }

  @Test
  void a_customer_is_created_once_even_when_two_want_to_buy_at_once() {
    var payments = new PaymentsThatCount();
    var checkout = new Checkout(accounts, ledger, payments, NOON);

    var sessions = Race.of(8, _ -> checkout.open(ADA, CreditPackage.PRO));
    var later = checkout.open(ADA, CreditPackage.PRO);

    assertThat(sessions).hasSize(8).doesNotContain(later);
    assertThat(payments.customers).hasValue(1);
  }

  @Test
  void a_provider_that_fails_leaves_the_user_and_no_credits() {
    var checkout = new Checkout(accounts, ledger, new PaymentsThatFail(), NOON);

    assertThatThrownBy(() -> checkout.open(ADA, CreditPackage.PRO))
        .isInstanceOf(PaymentsUnavailable.class);

    assertThat(ledger.find(ADA).orElseThrow().customer()).isEmpty();
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(2));
  }

  /** One customer for an address, as an idempotency key makes it. */
  private static final class PaymentsThatCount implements Payments {
    final AtomicInteger customers = new AtomicInteger();
    private final AtomicInteger sessions = new AtomicInteger();

    @Override
    public synchronized CustomerId createCustomer(Email email) {
      customers.compareAndSet(0, 1);
      return new CustomerId("cus_1");
    }

    @Override
    public CheckoutSession openSession(Email email, CustomerId customer, CreditPackage pack) {
      var id = "cs_" + sessions.incrementAndGet();
      return new CheckoutSession(new SessionId(id), URI.create("https://pay.example/" + id));
    }
  }

  private static final class PaymentsThatFail implements Payments {
    @Override
    public CustomerId createCustomer(Email email) {
      throw new PaymentsUnavailable("down", new IllegalStateException());
    }

    @Override
    public CheckoutSession openSession(Email email, CustomerId customer, CreditPackage pack) {
      throw new AssertionError("there is no customer");
    }
  }
}
