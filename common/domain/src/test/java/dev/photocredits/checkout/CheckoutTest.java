package dev.photocredits.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.checkout.CheckoutOutcome.KeyReused;
import dev.photocredits.checkout.CheckoutOutcome.Opened;
import dev.photocredits.checkout.CheckoutOutcome.OtherIdentity;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Identity;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Race;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.LookupThatFails;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TimeOrderedIds;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests checkouts whose customer was deleted at Stripe, or during which Stripe fails. */
final class CheckoutTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final IdempotencyKey KEY = new IdempotencyKey("key-1");
  private static final InstantSource NOON =
      InstantSource.fixed(Instant.parse("2026-11-23T12:00:00Z"));

  private final InMemoryLedger ledger = new InMemoryLedger();
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(7));
  private final Accounts accounts = new Accounts(ledger, Credits.NONE, ids, NOON);
  private final StripeThatRemembers stripe = new StripeThatRemembers();
  private final Checkout checkout =
      new Checkout(
          accounts,
          ledger,
          ledger,
          ledger,
          stripe,
          new Fulfilment(accounts, ledger, ledger, new LookupThatFails(), ids, NOON),
          "production",
          ids,
          NOON);

  @Test
  void another_identity_buys_nothing_for_the_account() {
    var ada = Identity.of("https://issuer.example", "ada");
    var _ = checkout.open(ADA, ada, CreditPackage.PRO, null);
    var customers = List.copyOf(stripe.customers);

    var outcome =
        checkout.open(ADA, Identity.of("https://issuer.example", "eve"), CreditPackage.PRO, KEY);

    assertThat(outcome).isEqualTo(new OtherIdentity());
    assertThat(stripe.customers).containsExactlyElementsOf(customers);
    assertThat(checkout.open(ADA, ada, CreditPackage.STARTER, KEY)).isInstanceOf(Opened.class);
  }

  @Test
  void a_deleted_customer_is_replaced() {
    var _ = open(KEY);
    var deleted = linked();
    stripe.delete(deleted);

    var _ = open(null);

    assertThat(linked()).isNotEqualTo(deleted);
    assertThat(stripe.customers).containsExactly(linked());
    assertThat(stripe.customerOfLastSession()).isEqualTo(linked());
  }

  @Test
  void concurrent_checkouts_replace_a_deleted_customer_once() {
    var _ = open(null);
    stripe.delete(linked());

    var sessions = Race.of(8, _ -> open(null));

    assertThat(sessions).doesNotHaveDuplicates();
    assertThat(stripe.customers).containsExactly(linked());
  }

  @Test
  void a_customer_is_replaced_every_time_it_is_deleted() {
    for (var times = 0; times < 5; times++) {
      var _ = open(null);
      stripe.delete(linked());
    }

    var _ = open(null);

    assertThat(stripe.customers).containsExactly(linked());
  }

  @Test
  void a_customer_deleted_before_it_is_linked_is_replaced() {
    stripe.loseNextReply();
    assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);
    stripe.customers.clear();

    var _ = open(KEY);

    assertThat(stripe.customers).containsExactly(linked());
  }

  @Test
  void a_key_opens_one_session_after_its_customer_was_deleted() {
    var _ = open(null);
    stripe.delete(linked());

    var sessions = Race.of(8, _ -> open(KEY));

    assertThat(sessions).containsOnly(open(KEY));
    assertThat(stripe.sessions).hasSize(2);
  }

  @Test
  void a_key_opens_one_session_while_another_call_replaces_its_customer() {
    var _ = open(null);
    stripe.delete(linked());
    var others = new ArrayList<CheckoutSession>();
    stripe.beforeNextSession(
        () -> {
          var _ = open(null);
          others.add(open(KEY));
        });

    var session = open(KEY);

    assertThat(others).containsExactly(session);
    assertThat(open(KEY)).isEqualTo(session);
  }

  @Test
  void a_key_opens_one_session_after_a_failure_of_stripe() {
    var _ = open(null);
    stripe.failNext(1);

    var sessions = Race.of(8, _ -> open(KEY));

    assertThat(sessions).containsOnly(open(KEY));
    assertThat(stripe.sessions).hasSize(2);
  }

  @Test
  void a_customer_is_created_once_after_a_failure_of_stripe() {
    stripe.failNext(1);

    var sessions = Race.of(8, _ -> open(null));

    assertThat(sessions).doesNotHaveDuplicates();
    assertThat(stripe.customers).containsExactly(linked());
  }

  @Test
  void a_session_whose_reply_was_lost_is_returned_to_a_repeat() {
    var _ = open(null);
    stripe.loseNextReply();
    assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);

    var session = open(KEY);

    assertThat(stripe.sessions).hasSize(2).contains(session);
  }

  @Test
  void a_call_opens_a_session_although_stripe_fails_twice() {
    var _ = open(null);
    stripe.failNext(2);

    var session = open(KEY);

    assertThat(stripe.sessions).hasSize(2).contains(session);
  }

  @Test
  void a_call_gives_up_after_three_failures_of_stripe() {
    var _ = open(null);
    stripe.failNext(3);

    assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);

    assertThat(stripe.sessions).hasSize(1);
  }

  @Test
  void repeated_failures_of_stripe_do_not_lock_a_user_out() {
    stripe.failNext(7);
    for (var times = 0; times < 3; times++) {
      assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);
    }

    var session = open(KEY);

    assertThat(open(KEY)).isEqualTo(session);
    assertThat(stripe.sessions).containsExactly(session);
  }

  @Test
  void a_key_still_belongs_to_its_request_after_a_failure_of_stripe() {
    stripe.failNext(3);
    assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);

    var outcome = checkout.open(ADA, null, CreditPackage.STARTER, KEY);

    assertThat(outcome).isEqualTo(new KeyReused());
    assertThat(stripe.sessions).isEmpty();
  }

  private CheckoutSession open(@Nullable IdempotencyKey key) {
    return ((Opened) checkout.open(ADA, null, CreditPackage.PRO, key)).session();
  }

  private CustomerId linked() {
    return ledger.find(ADA).orElseThrow().customer().orElseThrow();
  }

  /** Remembers the result of every attempt, including failures, as Stripe does. */
  private static final class StripeThatRemembers implements Payments {
    final Set<CustomerId> customers = new LinkedHashSet<>();
    final Set<CheckoutSession> sessions = new LinkedHashSet<>();
    private final List<CustomerId> buyers = new ArrayList<>();
    private final Map<UUID, CustomerOutcome> created = new HashMap<>();
    private final Map<String, SessionOutcome> opened = new HashMap<>();
    private int failures;
    private boolean losesReply;
    private Runnable beforeSession = () -> {};

    void failNext(int creations) {
      failures = creations;
    }

    void loseNextReply() {
      losesReply = true;
    }

    /** Runs an action once, before the next session is opened. */
    void beforeNextSession(Runnable once) {
      beforeSession = once;
    }

    void delete(CustomerId customer) {
      assertThat(customers.remove(customer)).isTrue();
    }

    CustomerId customerOfLastSession() {
      return buyers.getLast();
    }

    @Override
    public synchronized CustomerOutcome createCustomer(Email email, UUID attempt) {
      var outcome =
          created.computeIfAbsent(
              attempt,
              id -> {
                if (isFailing()) {
                  return new AttemptFailed();
                }
                var customer = new CustomerId("cus_" + id);
                customers.add(customer);
                return new CustomerCreated(customer);
              });
      reply();
      return outcome;
    }

    @Override
    public synchronized SessionOutcome openSession(PurchaseOrder order, CustomerId customer) {
      var once = beforeSession;
      beforeSession = () -> {};
      once.run();
      var outcome =
          opened.computeIfAbsent(
              order.id() + " of " + customer.value(),
              _ -> {
                if (!customers.contains(customer)) {
                  return new CustomerDeleted();
                }
                if (isFailing()) {
                  return new AttemptFailed();
                }
                var id = "cs_" + sessions.size();
                var page = URI.create("https://pay.example/" + id);
                var session = new CheckoutSession(new SessionId(id), page);
                sessions.add(session);
                buyers.add(customer);
                return new SessionOpened(session);
              });
      reply();
      return outcome;
    }

    private boolean isFailing() {
      return failures-- > 0;
    }

    private void reply() {
      if (losesReply) {
        losesReply = false;
        throw new PaymentsUnavailable("the reply was lost");
      }
    }
  }
}
