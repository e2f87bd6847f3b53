package dev.photocredits.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Race;
import dev.photocredits.payments.CheckoutOutcome.KeyReused;
import dev.photocredits.payments.CheckoutOutcome.Opened;
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

/**
 * A checkout whose customer is gone at the provider, or under whose attempt the provider failed.
 */
final class CheckoutTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final IdempotencyKey KEY = new IdempotencyKey("key-1");
  private static final InstantSource NOON =
      InstantSource.fixed(Instant.parse("2026-11-23T12:00:00Z"));

  private final InMemoryLedger ledger = new InMemoryLedger();
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(7));
  private final Accounts accounts = new Accounts(ledger, Credits.NONE, ids, NOON);
  private final ProviderThatRemembers provider = new ProviderThatRemembers();
  private final Checkout checkout =
      new Checkout(
          accounts,
          ledger,
          ledger,
          ledger,
          provider,
          new Fulfilment(accounts, ledger, ledger, new LookupThatFails(), ids, NOON),
          "production",
          ids,
          NOON);

  @Test
  void a_customer_who_was_deleted_is_replaced() {
    var _ = open(KEY);
    var deleted = linked();
    provider.delete(deleted);

    var _ = open(null);

    assertThat(linked()).isNotEqualTo(deleted);
    assertThat(provider.customers).containsExactly(linked());
    assertThat(provider.customerOfLastSession()).isEqualTo(linked());
  }

  @Test
  void of_many_who_find_their_customer_deleted_one_creates_the_next() {
    var _ = open(null);
    provider.delete(linked());

    var sessions = Race.of(8, _ -> open(null));

    assertThat(sessions).doesNotHaveDuplicates();
    assertThat(provider.customers).containsExactly(linked());
  }

  @Test
  void a_customer_is_replaced_as_often_as_they_are_deleted() {
    for (var times = 0; times < 5; times++) {
      var _ = open(null);
      provider.delete(linked());
    }

    var _ = open(null);

    assertThat(provider.customers).containsExactly(linked());
  }

  @Test
  void a_customer_who_is_deleted_before_they_are_linked_is_replaced() {
    provider.losesTheNextReply();
    assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);
    provider.customers.clear();

    var _ = open(KEY);

    assertThat(provider.customers).containsExactly(linked());
  }

  @Test
  void a_key_whose_customer_was_deleted_opens_one_session() {
    var _ = open(null);
    provider.delete(linked());

    var sessions = Race.of(8, _ -> open(KEY));

    assertThat(sessions).containsOnly(open(KEY));
    assertThat(provider.sessions).hasSize(2);
  }

  @Test
  void a_key_opens_one_session_if_another_caller_replaces_its_customer_meanwhile() {
    var _ = open(null);
    provider.delete(linked());
    var others = new ArrayList<CheckoutSession>();
    provider.meanwhile(
        () -> {
          var _ = open(null);
          others.add(open(KEY));
        });

    var session = open(KEY);

    assertThat(others).containsExactly(session);
    assertThat(open(KEY)).isEqualTo(session);
  }

  @Test
  void a_key_under_which_the_provider_failed_opens_one_session() {
    var _ = open(null);
    provider.failsTheNext(1);

    var sessions = Race.of(8, _ -> open(KEY));

    assertThat(sessions).containsOnly(open(KEY));
    assertThat(provider.sessions).hasSize(2);
  }

  @Test
  void a_customer_whom_the_provider_failed_to_create_is_created_once() {
    provider.failsTheNext(1);

    var sessions = Race.of(8, _ -> open(null));

    assertThat(sessions).doesNotHaveDuplicates();
    assertThat(provider.customers).containsExactly(linked());
  }

  @Test
  void a_session_whose_reply_was_lost_is_found_by_its_key() {
    var _ = open(null);
    provider.losesTheNextReply();
    assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);

    var session = open(KEY);

    assertThat(provider.sessions).hasSize(2).contains(session);
  }

  @Test
  void a_call_opens_a_session_although_the_provider_fails_twice() {
    var _ = open(null);
    provider.failsTheNext(2);

    var session = open(KEY);

    assertThat(provider.sessions).hasSize(2).contains(session);
  }

  @Test
  void a_call_gives_up_when_the_provider_has_failed_three_times() {
    var _ = open(null);
    provider.failsTheNext(3);

    assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);

    assertThat(provider.sessions).hasSize(1);
  }

  @Test
  void a_provider_that_keeps_failing_locks_nobody_out() {
    provider.failsTheNext(7);
    for (var times = 0; times < 3; times++) {
      assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);
    }

    var session = open(KEY);

    assertThat(open(KEY)).isEqualTo(session);
    assertThat(provider.sessions).containsExactly(session);
  }

  @Test
  void a_key_under_which_the_provider_failed_stands_for_its_request_still() {
    provider.failsTheNext(3);
    assertThatThrownBy(() -> open(KEY)).isInstanceOf(PaymentsUnavailable.class);

    var outcome = checkout.open(ADA, CreditPackage.STARTER, KEY);

    assertThat(outcome).isEqualTo(new KeyReused());
    assertThat(provider.sessions).isEmpty();
  }

  private CheckoutSession open(@Nullable IdempotencyKey key) {
    return ((Opened) checkout.open(ADA, CreditPackage.PRO, key)).session();
  }

  private CustomerId linked() {
    return ledger.find(ADA).orElseThrow().customer().orElseThrow();
  }

  /** Remembers what every attempt came to, as Stripe does: also that it failed. */
  private static final class ProviderThatRemembers implements Payments {
    final Set<CustomerId> customers = new LinkedHashSet<>();
    final Set<CheckoutSession> sessions = new LinkedHashSet<>();
    private final List<CustomerId> buyers = new ArrayList<>();
    private final Map<UUID, CustomerOutcome> created = new HashMap<>();
    private final Map<String, SessionOutcome> opened = new HashMap<>();
    private int failures;
    private boolean losesReply;
    private Runnable meanwhile = () -> {};

    void failsTheNext(int creations) {
      failures = creations;
    }

    void losesTheNextReply() {
      losesReply = true;
    }

    /** Does that once, before the next session is opened. */
    void meanwhile(Runnable once) {
      meanwhile = once;
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
                  return new AttemptSpent();
                }
                var customer = new CustomerId("cus_" + id);
                customers.add(customer);
                return new CustomerCreated(customer);
              });
      replies();
      return outcome;
    }

    @Override
    public synchronized SessionOutcome openSession(PurchaseOrder order, CustomerId customer) {
      var once = meanwhile;
      meanwhile = () -> {};
      once.run();
      var outcome =
          opened.computeIfAbsent(
              order.id() + " of " + customer.value(),
              _ -> {
                if (!customers.contains(customer)) {
                  return new CustomerDeleted();
                }
                if (isFailing()) {
                  return new AttemptSpent();
                }
                var id = "cs_" + sessions.size();
                var page = URI.create("https://pay.example/" + id);
                var session = new CheckoutSession(new SessionId(id), page);
                sessions.add(session);
                buyers.add(customer);
                return new SessionOpened(session);
              });
      replies();
      return outcome;
    }

    private boolean isFailing() {
      return failures-- > 0;
    }

    private void replies() {
      if (losesReply) {
        losesReply = false;
        throw new PaymentsUnavailable("the reply was lost");
      }
    }
  }
}
