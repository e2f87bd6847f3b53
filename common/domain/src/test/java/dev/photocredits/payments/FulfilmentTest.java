package dev.photocredits.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.checkout.Checkout;
import dev.photocredits.checkout.CheckoutOutcome.KeyReused;
import dev.photocredits.checkout.CheckoutOutcome.Opened;
import dev.photocredits.checkout.CheckoutSession;
import dev.photocredits.checkout.Payments;
import dev.photocredits.checkout.Payments.CustomerCreated;
import dev.photocredits.checkout.Payments.SessionOpened;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.ReversalOutcome.AlreadyRecorded;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Race;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.SaleOutcome.NotOurs;
import dev.photocredits.payments.SessionLookupOutcome.LookupFailed;
import dev.photocredits.payments.SessionLookupOutcome.NoSuchSession;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TimeOrderedIds;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests opening checkout sessions, and granting and reversing the credits they sell. */
final class FulfilmentTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final InstantSource NOON =
      InstantSource.fixed(Instant.parse("2026-11-23T12:00:00Z"));
  private static final SaleTerms TERMS = new SaleTerms(ADA, null, CreditPackage.STARTER, "usd");
  private static final PaidSession PAID =
      new PaidSession(new SessionId("cs_1"), TERMS, Money.usd(999), null);

  private static final FulfilmentOutcome TEN = granted(10, 0);
  private static final FulfilmentOutcome GRANTED_BEFORE = new Fulfilled(new AlreadyGranted(false));

  private static final IdempotencyKey KEY = new IdempotencyKey("key-1");

  private final InMemoryLedger ledger = new InMemoryLedger();
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(7));
  private final Accounts accounts = new Accounts(ledger, new Credits(2), ids, NOON);
  private final Fulfilment fulfilment =
      new Fulfilment(accounts, ledger, ledger, new LookupThatFails(), ids, NOON);

  @Test
  void a_paid_session_grants_its_package() {
    var _ = accounts.open(ADA);

    assertThat(fulfilment.fulfil(PAID)).isEqualTo(TEN);

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(12));
    var transaction = purchase();
    assertThat(transaction.description()).isEqualTo("Purchase: Starter Pack");
    assertThat(transaction.session()).isEqualTo(PAID.id());
    assertThat(transaction.paid()).isEqualTo(Money.usd(999));
  }

  @Test
  void an_unknown_payer_becomes_a_user_with_welcome_credits() {
    assertThat(fulfilment.fulfil(PAID)).isEqualTo(TEN);

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(12));
  }

  @Test
  void a_repeat_grants_nothing() {
    assertThat(fulfilment.fulfil(PAID)).isEqualTo(TEN);

    assertThat(fulfilment.fulfil(PAID)).isEqualTo(GRANTED_BEFORE);

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(12));
  }

  @Test
  void concurrent_checkouts_create_one_customer() {
    var payments = new PaymentsThatCount();
    var checkout =
        new Checkout(
            accounts, ledger, ledger, ledger, payments, fulfilment, "production", ids, NOON);

    var sessions = Race.of(8, _ -> checkout.open(ADA, null, CreditPackage.PRO, null));
    var later = checkout.open(ADA, null, CreditPackage.PRO, null);

    assertThat(sessions).hasSize(8).doesNotContain(later);
    assertThat(payments.customers).hasSize(1);
  }

  @Test
  void a_repeat_under_the_same_key_opens_the_same_session() {
    var payments = new PaymentsThatCount();
    var checkout =
        new Checkout(
            accounts, ledger, ledger, ledger, payments, fulfilment, "production", ids, NOON);

    var outcomes = Race.of(8, _ -> checkout.open(ADA, null, CreditPackage.PRO, KEY));

    assertThat(payments.sessions).hasSize(1);
    assertThat(outcomes).containsOnly(new Opened(payments.sessions.values().iterator().next()));
  }

  @Test
  void a_key_used_for_another_purchase_is_rejected() {
    var payments = new PaymentsThatCount();
    var checkout =
        new Checkout(
            accounts, ledger, ledger, ledger, payments, fulfilment, "production", ids, NOON);
    var _ = checkout.open(ADA, null, CreditPackage.PRO, KEY);

    assertThat(checkout.open(ADA, null, CreditPackage.STARTER, KEY)).isEqualTo(new KeyReused());

    assertThat(payments.sessions).hasSize(1);
  }

  @Test
  void idempotency_keys_belong_to_one_user() {
    var payments = new PaymentsThatCount();
    var checkout =
        new Checkout(
            accounts, ledger, ledger, ledger, payments, fulfilment, "production", ids, NOON);
    var _ = checkout.open(ADA, null, CreditPackage.PRO, KEY);

    assertThat(checkout.open(new Email("bob@example.com"), null, CreditPackage.STARTER, KEY))
        .isInstanceOf(Opened.class);
  }

  @Test
  void a_user_being_erased_cannot_buy_and_leaves_no_key() {
    var pseudonym = Email.pseudonym(new Random(7));
    var checkout = checkout(new PaymentsThatCount());
    ledger.begin(accounts.open(ADA), pseudonym);

    assertThatThrownBy(() -> checkout.open(ADA, null, CreditPackage.PRO, KEY))
        .isInstanceOf(IllegalStateException.class);

    ledger.end(ADA, pseudonym);
    assertThat(checkout.open(ADA, null, CreditPackage.STARTER, KEY)).isInstanceOf(Opened.class);
  }

  @Test
  void a_failure_of_stripe_leaves_a_user_without_a_purchase() {
    var checkout =
        new Checkout(
            accounts,
            ledger,
            ledger,
            ledger,
            new PaymentsThatFail(),
            fulfilment,
            "production",
            ids,
            NOON);

    assertThatThrownBy(() -> checkout.open(ADA, null, CreditPackage.PRO, null))
        .isInstanceOf(PaymentsUnavailable.class);

    assertThat(ledger.find(ADA).orElseThrow().customer()).isEmpty();
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(2));
  }

  @Test
  void a_session_found_paid_grants_its_package_once() {
    var checkout = finding(found(Status.PAID, PAID));

    var first = checkout.fulfil((FoundSession) checkout.find(PAID.id()));
    var again = checkout.fulfil((FoundSession) checkout.find(PAID.id()));

    assertThat(first).contains(TEN);
    assertThat(again).contains(GRANTED_BEFORE);
    assertThat(fulfilment.fulfil(PAID)).isEqualTo(GRANTED_BEFORE);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(12));
  }

  @ParameterizedTest
  @EnumSource(names = "PAID", mode = EnumSource.Mode.EXCLUDE)
  void a_session_found_in_another_state_grants_nothing(Status status) {
    var checkout = finding(found(status, null));

    var found = (FoundSession) checkout.find(PAID.id());
    var granted = checkout.fulfil(found);

    assertThat(found.status()).isEqualTo(status);
    assertThat(granted).isEmpty();
    assertThat(ledger.find(ADA)).isEmpty();
  }

  @Test
  void finding_a_paid_session_writes_nothing() {
    var checkout = finding(found(Status.PAID, PAID));

    assertThat(checkout.find(PAID.id())).isInstanceOf(FoundSession.class);

    assertThat(ledger.find(ADA)).isEmpty();
  }

  @Test
  void an_unknown_session_grants_nothing() {
    assertThat(finding().find(PAID.id())).isEqualTo(new NoSuchSession());

    assertThat(ledger.find(ADA)).isEmpty();
  }

  @Test
  void a_failed_lookup_is_reported_and_writes_nothing() {
    var checkout = checkout(new PaymentsThatCount());

    assertThat(checkout.find(PAID.id())).isInstanceOf(LookupFailed.class);
    assertThat(ledger.find(ADA)).isEmpty();
  }

  @Test
  void a_refund_reverses_credits_once() {
    var payment = new PaymentIntentId("pi_1");
    var session = new PaidSession(PAID.id(), TERMS, Money.usd(999), payment);
    assertThat(fulfilment.fulfil(session)).isEqualTo(TEN);
    var refund = new RefundTotal(payment, Money.usd(300));

    assertThat(fulfilment.reverse(refund)).isEqualTo(new Reversed(ADA, -3));
    assertThat(fulfilment.reverse(refund)).isEqualTo(new AlreadyRecorded());

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(9));
  }

  @Test
  void a_refund_of_a_payment_that_granted_nothing_is_noted() {
    var refund = new RefundTotal(new PaymentIntentId("pi_foreign"), Money.usd(300));

    assertThat(fulfilment.reverse(refund)).isEqualTo(new RecordedOnly());
    assertThat(fulfilment.reverse(refund)).isEqualTo(new AlreadyRecorded());
  }

  @Test
  void a_session_found_paid_and_partly_refunded_grants_the_rest() {
    var checkout = finding(found(Status.PAID, refundedByNow()));

    var granted = checkout.fulfil((FoundSession) checkout.find(PAID.id()));

    assertThat(granted).contains(granted(10, 3));
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(new Credits(9));
  }

  @Test
  void an_event_older_than_10_minutes_is_granted_as_stripe_reports_the_session_now() {
    var fulfilment = fulfilment(found(Status.PAID, refundedByNow()));

    var granted = fulfilment.fulfil(PAID, NOON.instant().minusSeconds(600));

    assertThat(granted).isEqualTo(granted(10, 3));
  }

  @Test
  void an_old_event_of_a_granted_session_changes_nothing_without_a_lookup() {
    assertThat(fulfilment.fulfil(PAID)).isEqualTo(TEN);

    assertThat(fulfilment.fulfil(PAID, Instant.EPOCH)).isEqualTo(GRANTED_BEFORE);
  }

  @Test
  void a_refund_in_another_currency_needs_attention() {
    assertThat(
            Fulfilment.attention(new Fulfilled(new Granted(new Credits(10), new Credits(0), true))))
        .isPresent();
    assertThat(Fulfilment.attention(new Fulfilled(new AlreadyGranted(true)))).isPresent();
    assertThat(Fulfilment.attention(GRANTED_BEFORE)).isEmpty();
  }

  @Test
  void an_old_event_is_not_granted_while_stripe_is_unavailable() {
    assertThatThrownBy(() -> fulfilment.fulfil(PAID, NOON.instant().minusSeconds(600)))
        .isInstanceOf(LookupUnavailable.class);

    assertThat(ledger.find(ADA)).isEmpty();
  }

  @Test
  void a_fresh_event_is_granted_even_while_stripe_is_unavailable() {
    var granted = fulfilment.fulfil(PAID, NOON.instant().minusSeconds(599));

    assertThat(granted).isEqualTo(TEN);
  }

  @Test
  void an_event_without_a_time_is_granted_as_if_it_were_fresh() {
    assertThat(fulfilment.fulfil(PAID, null)).isEqualTo(TEN);
  }

  @Test
  void an_old_event_of_a_session_unknown_to_stripe_is_granted_as_reported() {
    var granted = fulfilment().fulfil(PAID, Instant.EPOCH);

    assertThat(granted).isEqualTo(TEN);
  }

  private static PaidSession refundedByNow() {
    var payment = new PaymentIntentId("pi_1");
    return new PaidSession(PAID.id(), TERMS, Money.usd(999), payment)
        .withUpdates(List.of(new RefundTotal(payment, Money.usd(300))));
  }

  @Test
  void a_user_who_keeps_disappearing_causes_a_retryable_error() {
    var forgetful = new LedgerThatForgets(ADA);
    var fulfilment =
        new Fulfilment(
            new Accounts(forgetful, Credits.NONE, ids, NOON),
            forgetful,
            ledger,
            new LookupThatFails(),
            ids,
            NOON);
    var refund = new RefundTotal(new PaymentIntentId("pi_1"), Money.usd(300));

    assertThatThrownBy(() -> fulfilment.fulfil(PAID)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> fulfilment.reverse(refund)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_session_grants_what_was_sold_even_if_the_catalogue_has_changed() {
    var order = sold(credits(7), Money.usd(500));

    var granted = fulfilment.fulfil(paidFor(order.id(), CreditPackage.STARTER, Money.usd(500)));

    assertThat(granted).isEqualTo(granted(7, 0));
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(9));
    assertThat(purchase().paid()).isEqualTo(Money.usd(500));
    assertThat(purchase().description()).isEqualTo("Purchase: Summer Pack");
  }

  @Test
  void a_purchase_order_is_granted_even_if_its_pack_is_unknown() {
    var order = sold(credits(7), Money.usd(500));

    assertThat(fulfilment.fulfil(paidFor(order.id(), null, Money.usd(500))))
        .isEqualTo(granted(7, 0));
  }

  @Test
  void a_session_whose_purchase_order_is_missing_is_granted_from_the_catalogue() {
    var lost = new PurchaseOrderId(UUID.randomUUID());

    assertThat(fulfilment.fulfil(paidFor(lost, CreditPackage.STARTER, Money.usd(999))))
        .isEqualTo(TEN);
  }

  @Test
  void a_session_with_an_unknown_purchase_order_and_pack_is_not_ours_and_grants_nothing() {
    var lost = new PurchaseOrderId(UUID.randomUUID());

    var outcome = fulfilment.fulfil(paidFor(lost, null, Money.usd(999)));

    assertThat(outcome).isInstanceOf(NotOurs.class);
    assertThat(Fulfilment.attention(outcome))
        .contains("not a session of ours: it names no purchase order and no pack that we know");
    assertThat(ledger.find(ADA)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_session_in_another_currency_than_it_was_sold_in_grants_nothing(boolean hasOrder) {
    var order = hasOrder ? sold(credits(10), Money.usd(999)).id() : null;
    var euros = new Money(999, "eur");

    var outcome = fulfilment.fulfil(paidFor(order, CreditPackage.STARTER, euros));

    assertThat(Fulfilment.attention(outcome))
        .contains("not a session of ours: it is not in the currency in which it was sold");
    assertThat(ledger.findGrant(PAID.id())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "999, 999",
    "500, 500",
    "0, 0", // fully discounted
    "1189, 999" // including taxes, which buy no credits
  })
  void the_amount_paid_is_the_total_but_at_most_the_price(long total, long paid) {
    var session = paidFor(null, CreditPackage.STARTER, Money.usd(total));

    assertThat(fulfilment.fulfil(session)).isEqualTo(TEN);

    assertThat(purchase().paid()).isEqualTo(Money.usd(paid));
  }

  @Test
  void a_session_without_a_total_counts_as_paid_at_the_price() {
    var withoutTotal = new PaidSession(PAID.id(), TERMS, null, new PaymentIntentId("pi_1"));

    assertThat(fulfilment.fulfil(withoutTotal)).isEqualTo(TEN);

    assertThat(purchase().paid()).isEqualTo(Money.usd(999));
    assertThat(ledger.payment(new PaymentIntentId("pi_1")).grant())
        .extracting(grant -> grant.charged())
        .isEqualTo(Money.usd(999));
  }

  @Test
  void a_purchase_order_is_written_before_its_session_is_opened() {
    var payments = new PaymentsThatCount();

    var opened = (Opened) checkout(payments).open(ADA, null, CreditPackage.PRO, null);

    var order = payments.sold.getFirst();
    assertThat(ledger.find(ADA, order.id())).contains(order);
    assertThat(order.owner()).isEqualTo(ADA);
    assertThat(order.pack()).isEqualTo("pro");
    assertThat(order.sale()).isEqualTo(new Sale("Pro Pack", credits(50), Money.usd(3999)));
    assertThat(order.stage()).isEqualTo("production");
    assertThat(order.createdAt()).isEqualTo(NOON.instant());
    assertThat(ledger.isFor(ADA, opened.session().id())).isTrue();
  }

  @Test
  void a_repeat_after_a_change_of_the_catalogue_sells_what_was_sold_first() {
    var payments = new PaymentsThatCount();
    var _ = checkout(payments).open(ADA, null, CreditPackage.PRO, KEY);
    var first = payments.sold.getFirst();
    var before = new Sale("Pro Pack", credits(40), Money.usd(2999));
    var ours = new OrdersOfAnEarlierDeployment(before);
    var again =
        new Checkout(accounts, ledger, ledger, ours, payments, fulfilment, "production", ids, NOON);

    var _ = again.open(ADA, null, CreditPackage.PRO, KEY);

    assertThat(payments.sold.getLast().id()).isEqualTo(first.id());
    assertThat(payments.sold.getLast().sale()).isEqualTo(before);
  }

  /** Purchase orders that an earlier deployment placed, with the sale of its catalogue. */
  private record OrdersOfAnEarlierDeployment(Sale sale) implements PurchaseOrders {
    @Override
    public PurchaseOrder place(PurchaseOrder order) {
      return new PurchaseOrder(
          order.id(), order.owner(), order.pack(), sale, order.stage(), Instant.EPOCH, null);
    }

    @Override
    public Optional<PurchaseOrder> find(Email owner, PurchaseOrderId id) {
      return Optional.empty();
    }

    @Override
    public void opened(PurchaseOrder order, SessionId session) {}

    @Override
    public boolean isFor(Email owner, SessionId session) {
      return false;
    }
  }

  private static Credits credits(int value) {
    return new Credits(value);
  }

  /** Places a purchase order of Ada's for these credits at this price. */
  private PurchaseOrder sold(Credits credits, Money price) {
    var _ = accounts.open(ADA);
    return ledger.place(
        new PurchaseOrder(
            new PurchaseOrderId(UUID.randomUUID()),
            ADA,
            "summer",
            new Sale("Summer Pack", credits, price),
            "production",
            NOON.instant(),
            null));
  }

  private static PaidSession paidFor(
      @Nullable PurchaseOrderId order, @Nullable CreditPackage pack, Money total) {
    var terms = new SaleTerms(ADA, order, pack, total.currency());
    return new PaidSession(PAID.id(), terms, total, null);
  }

  private Purchase purchase() {
    return ledger.statement(ADA, 10, null).items().stream()
        .filter(Purchase.class::isInstance)
        .map(Purchase.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static FulfilmentOutcome granted(int credits, int reversed) {
    return new Fulfilled(new Granted(new Credits(credits), new Credits(reversed), false));
  }

  @Test
  void a_refund_for_a_pseudonym_without_an_account_fails_and_opens_none() {
    var forgetful = new LedgerThatForgets(Email.pseudonym(new Random(7)));
    var accounts = new Accounts(forgetful, new Credits(2), ids, NOON);
    var fulfilment = new Fulfilment(accounts, forgetful, ledger, new LookupThatFails(), ids, NOON);
    var refund = new RefundTotal(new PaymentIntentId("pi_1"), Money.usd(300));

    assertThatThrownBy(() -> fulfilment.reverse(refund))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the account of a pseudonym is missing");
  }

  private Checkout checkout(Payments payments) {
    return new Checkout(
        accounts, ledger, ledger, ledger, payments, fulfilment, "production", ids, NOON);
  }

  private Checkout finding(FoundSession... sessions) {
    var fulfilment = fulfilment(sessions);
    return new Checkout(
        accounts,
        ledger,
        ledger,
        ledger,
        new PaymentsThatCount(),
        fulfilment,
        "production",
        ids,
        NOON);
  }

  private Fulfilment fulfilment(FoundSession... sessions) {
    var known = new KnownSessions();
    List.of(sessions).forEach(known::add);
    return new Fulfilment(accounts, ledger, ledger, known, ids, NOON);
  }

  private static FoundSession found(Status status, @Nullable PaidSession paid) {
    return new FoundSession(PAID.id(), TERMS, status, paid);
  }

  /** Creates one customer and one session per attempt, as Stripe does with idempotency keys. */
  private static final class PaymentsThatCount implements Payments {
    final Map<UUID, CustomerId> customers = new ConcurrentHashMap<>();
    final Map<PurchaseOrderId, CheckoutSession> sessions = new ConcurrentHashMap<>();
    final List<PurchaseOrder> sold = new CopyOnWriteArrayList<>();

    @Override
    public CustomerOutcome createCustomer(Email email, UUID attempt) {
      return new CustomerCreated(
          customers.computeIfAbsent(attempt, id -> new CustomerId("cus_" + id)));
    }

    @Override
    public SessionOutcome openSession(PurchaseOrder order, CustomerId customer) {
      sold.add(order);
      return new SessionOpened(
          sessions.computeIfAbsent(
              order.id(),
              id ->
                  new CheckoutSession(
                      new SessionId("cs_" + id), URI.create("https://pay.example/"))));
    }
  }

  private static final class PaymentsThatFail implements Payments {
    @Override
    public CustomerOutcome createCustomer(Email email, UUID attempt) {
      throw new PaymentsUnavailable("down", new IllegalStateException());
    }

    @Override
    public SessionOutcome openSession(PurchaseOrder order, CustomerId customer) {
      throw new AssertionError("there is no customer");
    }
  }
}
