package dev.photocredits.ledger;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.deleted;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.generated;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.picture;
import static dev.photocredits.ledger.Samples.succeeded;
import static dev.photocredits.ledger.Samples.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.PromotionOutcome.AlreadyPromoted;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.PromotionOutcome.TooManyLots;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.ReversalOutcome.AlreadyRecorded;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.credits.User.Held;
import dev.photocredits.generation.FinishOutcome;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Generations.IdempotencyWrite;
import dev.photocredits.generation.Lease;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.ModelCalls;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.NoSuchUser;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.generation.UnchargedCalls;
import dev.photocredits.generation.WaitSlot;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.VariationPrompt;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Money;
import dev.photocredits.values.Page;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract that every {@link Ledger} and its {@link Generations} must satisfy. */
public interface LedgerContract {
  Samples SAMPLES = new Samples(new SecureRandom());

  /**
   * The last day on which a test has used daily counters. It starts at a random date, because the
   * table may hold counters of an earlier run.
   */
  AtomicReference<Instant> DAYS =
      new AtomicReference<>(
          Instant.parse("2040-01-01T12:00:00Z")
              .plus(Duration.ofDays(new SecureRandom().nextInt(1_000_000))));

  Ledger ledger();

  Generations generations();

  IdempotencyRecords claims();

  AuditReader auditReader();

  // Users

  @Test
  default void an_unknown_user_is_not_found() {
    assertThat(ledger().find(newEmail())).isEmpty();
  }

  @Test
  default void a_new_user_has_no_credits_and_no_transactions() {
    var ada = newEmail();
    var now = SAMPLES.now();

    var user = ledger().create(ada, null, now);

    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.createdAt()).isEqualTo(now);
    assertThat(ledger().find(ada)).contains(user);
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
  }

  @Test
  default void welcome_credits_are_a_transaction_like_any_other() {
    var ada = newEmail();
    var welcome = SAMPLES.welcome(5);

    var user = ledger().create(ada, welcome, SAMPLES.now());

    assertThat(user.credits()).isEqualTo(credits(5));
    assertThat(ledger().statement(ada, 10, null).items()).containsExactly(welcome);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void creating_a_user_again_changes_nothing() {
    var ada = user(10);

    var again = ledger().create(ada, SAMPLES.welcome(5), SAMPLES.now());

    assertThat(again.credits()).isEqualTo(credits(10));
    assertThat(ledger().find(ada)).contains(again);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void twenty_concurrent_first_reads_create_one_user_and_grant_welcome_credits_once() {
    var ada = newEmail();

    var users = Race.of(20, _ -> ledger().create(ada, SAMPLES.welcome(5), SAMPLES.now()));

    assertThat(users).extracting(user -> user.credits()).containsOnly(credits(5));
    assertThat(users)
        .extracting(user -> user.createdAt())
        .hasSize(20)
        .containsOnly(users.getFirst().createdAt());
    assertThat(ledger().statement(ada, 100, null).items()).hasSize(1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void addresses_of_one_mailbox_are_separate_users_but_get_welcome_credits_once() {
    var ada = newEmail();
    var tagged = tagged(ada, "again");

    var first = ledger().create(tagged, SAMPLES.welcome(5), SAMPLES.now());
    var second = ledger().create(ada, SAMPLES.welcome(5), SAMPLES.now());
    var third = ledger().create(tagged(ada, "more"), SAMPLES.welcome(5), SAMPLES.now());

    assertThat(first.credits()).isEqualTo(credits(5));
    assertThat(List.of(second, third))
        .extracting(user -> user.credits())
        .containsOnly(Credits.NONE);
    assertThat(ledger().find(ada)).contains(second);
    assertThat(ledger().find(tagged)).contains(first);
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
    Invariants.hold(auditReader(), List.of(ada, tagged));
  }

  @Test
  default void concurrent_sign_ups_from_one_mailbox_get_welcome_credits_once() {
    var ada = newEmail();

    var users =
        Race.of(
            16, i -> ledger().create(tagged(ada, "tag" + i), SAMPLES.welcome(5), SAMPLES.now()));

    assertThat(users).extracting(user -> user.email()).doesNotHaveDuplicates();
    assertThat(users.stream().mapToInt(user -> user.credits().value()).sum()).isEqualTo(5);
  }

  private static Email tagged(Email email, String tag) {
    return new Email(email.value().replace("@", "+" + tag + "@"));
  }

  @Test
  default void the_first_customer_linked_to_a_user_is_kept() {
    var ada = user(0);

    var first = ledger().linkCustomer(ada, new CustomerId("cus_1"), null, SAMPLES.now());
    var second = ledger().linkCustomer(ada, new CustomerId("cus_2"), null, SAMPLES.now());

    assertThat(first).isEqualTo(second).isEqualTo(new CustomerId("cus_1"));
    assertThat(ledger().find(ada).orElseThrow().customer()).contains(first);
  }

  @Test
  default void concurrent_links_agree_on_one_customer() {
    var ada = user(0);

    var customers =
        Race.of(
            16, i -> ledger().linkCustomer(ada, new CustomerId("cus_" + i), null, SAMPLES.now()));

    assertThat(customers).containsOnly(ledger().find(ada).orElseThrow().customer().orElseThrow());
  }

  @Test
  default void only_a_deleted_customer_is_replaced() {
    var ada = user(0);
    var deleted = new CustomerId("cus_1");
    var next = new CustomerId("cus_2");
    assertThat(ledger().linkCustomer(ada, deleted, null, SAMPLES.now())).isEqualTo(deleted);

    var replaced = ledger().linkCustomer(ada, next, deleted, SAMPLES.now());
    var repeated = ledger().linkCustomer(ada, next, deleted, SAMPLES.now());
    var late = ledger().linkCustomer(ada, new CustomerId("cus_3"), deleted, SAMPLES.now());

    assertThat(replaced).isEqualTo(repeated).isEqualTo(late).isEqualTo(next);
    assertThat(ledger().find(ada).orElseThrow().customer()).contains(next);
  }

  @Test
  default void concurrent_replacements_agree_on_one_customer() {
    var ada = user(0);
    var deleted = new CustomerId("cus_deleted");
    assertThat(ledger().linkCustomer(ada, deleted, null, SAMPLES.now())).isEqualTo(deleted);

    var customers =
        Race.of(
            16,
            i -> ledger().linkCustomer(ada, new CustomerId("cus_" + i), deleted, SAMPLES.now()));

    var linked = ledger().find(ada).orElseThrow().customer().orElseThrow();
    assertThat(customers).containsOnly(linked);
    assertThat(linked).isNotEqualTo(deleted);
  }

  @Test
  default void a_replacement_is_linked_to_a_user_without_a_customer() {
    var ada = user(0);
    var next = new CustomerId("cus_2");

    var linked = ledger().linkCustomer(ada, next, new CustomerId("cus_1"), SAMPLES.now());

    assertThat(linked).isEqualTo(next);
    assertThat(ledger().find(ada).orElseThrow().customer()).contains(next);
  }

  @Test
  default void a_customer_cannot_be_linked_to_an_unknown_user() {
    var unknown = newEmail();

    assertThatThrownBy(
            () -> ledger().linkCustomer(unknown, new CustomerId("cus_1"), null, SAMPLES.now()))
        .isInstanceOf(RuntimeException.class);

    assertThat(ledger().find(unknown)).isEmpty();
  }

  // Purchases

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

    assertThat(auditReader().entry(grantRecord)).contains(purchase);
    var stray = new GrantRecord(grantRecord.session(), ada, SAMPLES.id(), null, null);
    assertThat(auditReader().entry(stray)).isEmpty();
  }

  // Reversals

  @Test
  default void a_full_refund_of_the_payment_reverses_the_purchase() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var id = SAMPLES.id();
    var now = SAMPLES.now();

    var outcome = ledger().reverse(new RefundTotal(sale.payment(), Money.usd(999)), id, now);

    assertThat(outcome).isEqualTo(new Reversed(ada, -10));
    assertThat(balance(ada)).isZero();
    assertThat(ledger().statement(ada, 1, null).items())
        .containsExactly(
            new Reversal(
                id, sale.session(), -10, 0, "Reversal: the payment was returned", now, Lots.NONE));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_partial_refund_of_the_payment_reverses_its_share_of_the_credits_rounded_down() {
    var ada = user(0);
    var sale = sale(ada, 10);

    assertThat(refund(sale, 99)).isEqualTo(new RecordedOnly());
    assertThat(refund(sale, 500)).isEqualTo(new Reversed(ada, -5));
    assertThat(refund(sale, 998)).isEqualTo(new Reversed(ada, -4));

    assertThat(balance(ada)).isEqualTo(1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void repeated_and_outdated_updates_change_nothing() {
    var ada = user(0);
    var sale = sale(ada, 10);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(refund(sale, 999)).isEqualTo(new AlreadyRecorded());
    assertThat(refund(sale, 500)).isEqualTo(new AlreadyRecorded());

    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void reversals_never_exceed_the_credits_granted() {
    var ada = user(20);
    var sale = sale(ada, 10);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new RecordedOnly());
    assertThat(refund(sale, 99_999)).isEqualTo(new RecordedOnly());

    assertThat(balance(ada)).isEqualTo(20);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_dispute_reverses_credits_and_winning_it_restores_them() {
    var ada = user(0);
    var sale = sale(ada, 10);

    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));
    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));
    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new AlreadyRecorded());
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new AlreadyRecorded());

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void the_end_of_a_dispute_may_be_reported_before_its_start() {
    var ada = user(0);
    var sale = sale(ada, 10);

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new RecordedOnly());
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new AlreadyRecorded());

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void reversing_spent_credits_leaves_a_debt_and_a_balance_of_zero() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 7);

    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(7));
    assertThat(ledger().statement(ada, 1, null).items().getFirst().change()).isEqualTo(-3);
    assertThat(start(SAMPLES.order(ada, 1))).isEqualTo(new InsufficientCredits(credits(0)));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void the_next_purchase_settles_the_debt_first() {
    var ada = inDebt(7);

    var _ = sale(ada, 10);

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(3));
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(ledger().statement(ada, 2, null).items())
        .extracting(transaction -> transaction.type() + " " + transaction.change())
        .containsExactly("reversal -7", "purchase 10");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_purchases_settle_a_debt_once() {
    var ada = inDebt(7);

    var outcomes = Race.of(16, _ -> ledger().grant(ada, SAMPLES.purchase(newSession(), 1), null));

    assertThat(outcomes).hasOnlyElementsOfType(Granted.class);
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(9));
    assertThat(user.debt()).isEqualTo(credits(0));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_purchase_smaller_than_the_debt_leaves_the_rest_owed() {
    var ada = inDebt(7);

    var _ = sale(ada, 4);

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(3));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void winning_a_dispute_settles_the_debt_it_caused() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 7);
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(3));
    assertThat(user.debt()).isEqualTo(credits(0));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void the_refund_of_a_generation_settles_a_debt_first() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var generation = started(ada, 7);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 7)))
        .isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(0));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_payment_refunded_before_its_grant_is_reversed_with_the_grant() {
    var ada = user(0);
    var payment = newPayment();
    assertThat(
            ledger().reverse(new RefundTotal(payment, Money.usd(500)), SAMPLES.id(), SAMPLES.now()))
        .isEqualTo(new RecordedOnly());

    var purchase = SAMPLES.purchase(newSession(), 10);
    assertThat(ledger().grant(ada, purchase, new Charge(payment, Money.usd(999))))
        .isEqualTo(new Granted(credits(10), credits(5), false));

    assertThat(balance(ada)).isEqualTo(5);
    assertThat(ledger().statement(ada, 2, null).items())
        .extracting(transaction -> transaction.type() + " " + transaction.change())
        .containsExactly("reversal -5", "purchase 10");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_hundred_concurrent_deliveries_of_one_refund_reverse_credits_once() {
    var ada = user(0);
    var sale = sale(ada, 10);

    var outcomes = Race.of(100, _ -> refund(sale, 999));

    assertThat(outcomes).filteredOn(Reversed.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(AlreadyRecorded.class::isInstance).hasSize(99);
    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_grant_and_its_payment_updates_may_arrive_concurrently() {
    var ada = user(0);
    var payment = newPayment();
    var session = newSession();

    var _ =
        Race.of(
            18,
            i ->
                switch (i % 6) {
                  case 0 ->
                      ledger()
                          .grant(
                              ada,
                              SAMPLES.purchase(session, 10),
                              new Charge(payment, Money.usd(999)));
                  case 1 -> ledger().reverse(refunded(payment, 300), SAMPLES.id(), SAMPLES.now());
                  case 2 -> ledger().reverse(refunded(payment, 600), SAMPLES.id(), SAMPLES.now());
                  case 3 ->
                      ledger()
                          .reverse(
                              Samples.withdrawn(payment, "dp_1", 999), SAMPLES.id(), SAMPLES.now());
                  case 4 ->
                      ledger()
                          .reverse(
                              Samples.reinstated(payment, "dp_1", 999),
                              SAMPLES.id(),
                              SAMPLES.now());
                  default ->
                      ledger()
                          .reverse(
                              Samples.withdrawn(payment, "dp_2", 200), SAMPLES.id(), SAMPLES.now());
                });

    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_spending_and_reversals_never_lose_a_credit() {
    var ada = user(0);
    var sales = Stream.generate(() -> sale(ada, 10)).limit(4).toList();

    var _ =
        Race.of(
            24,
            i ->
                switch (i % 3) {
                  case 0 -> start(SAMPLES.order(ada, 3));
                  case 1 -> refund(sales.get(i % 4), 999);
                  default -> ledger().grant(ada, SAMPLES.purchase(newSession(), 1), null);
                });

    Invariants.hold(auditReader(), List.of(ada));
  }

  /** The ids of a purchase: its payment intent and its checkout session. */
  record Sale(PaymentIntentId payment, SessionId session) {}

  private Sale sale(Email email, int credits) {
    var purchase = SAMPLES.purchase(newSession(), credits);
    var payment = newPayment();
    assertThat(ledger().grant(email, purchase, new Charge(payment, Money.usd(999))))
        .isInstanceOf(Granted.class);
    return new Sale(payment, purchase.session());
  }

  /** Creates a user who owes that many credits. */
  private Email inDebt(int credits) {
    var email = user(0);
    var sale = sale(email, credits);
    var _ = started(email, credits);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(email, -credits));
    return email;
  }

  private ReversalOutcome refund(Sale sale, int cents) {
    return ledger().reverse(refunded(sale.payment(), cents), SAMPLES.id(), SAMPLES.now());
  }

  private static PaymentUpdate refunded(PaymentIntentId payment, int cents) {
    return new RefundTotal(payment, Money.usd(cents));
  }

  private ReversalOutcome withdraw(Sale sale, String dispute, int cents) {
    var update = Samples.withdrawn(sale.payment(), dispute, cents);
    return ledger().reverse(update, SAMPLES.id(), SAMPLES.now());
  }

  private ReversalOutcome reinstate(Sale sale, String dispute, int cents) {
    var update = Samples.reinstated(sale.payment(), dispute, cents);
    return ledger().reverse(update, SAMPLES.id(), SAMPLES.now());
  }

  private static PaymentIntentId newPayment() {
    return new PaymentIntentId("pi_" + UUID.randomUUID());
  }

  // Holding

  @Test
  default void starting_a_generation_holds_its_price() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);

    assertThat(generations().start(generation, usage(generation), null, Limits.NONE))
        .isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(7);
    assertThat(generations().find(ada, generation.id())).contains(generation);
    assertThat(ledger().statement(ada, 1, null).items()).containsExactly(usage(generation));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void the_last_credits_can_be_spent() {
    var ada = user(3);
    var generation = SAMPLES.order(ada, 3);

    assertThat(generations().start(generation, usage(generation), null, Limits.NONE))
        .isEqualTo(new Started());

    assertThat(balance(ada)).isZero();
  }

  @Test
  default void a_generation_that_the_balance_does_not_cover_writes_nothing() {
    var ada = user(2);
    var generation = SAMPLES.order(ada, 3);

    assertThat(generations().start(generation, usage(generation), null, Limits.NONE))
        .isEqualTo(new InsufficientCredits(credits(2)));

    assertThat(balance(ada)).isEqualTo(2);
    assertThat(generations().find(ada, generation.id())).isEmpty();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_generation_for_an_unknown_user_writes_nothing() {
    var generation = SAMPLES.order(newEmail(), 3);

    assertThat(generations().start(generation, usage(generation), null, Limits.NONE))
        .isEqualTo(new StartOutcome.NoSuchUser());

    assertThat(ledger().find(generation.email())).isEmpty();
    assertThat(generations().find(generation.email(), generation.id())).isEmpty();
  }

  @Test
  default void ten_credits_pay_for_three_of_sixty_four_concurrent_generations() {
    var ada = user(10);

    var outcomes = Race.of(64, _ -> start(SAMPLES.order(ada, 3)));

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(3);
    assertThat(outcomes).filteredOn(InsufficientCredits.class::isInstance).hasSize(61);
    assertThat(balance(ada)).isEqualTo(1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_repeated_start_holds_the_price_once_even_when_no_credits_are_left() {
    var ada = user(3);
    var generation = SAMPLES.order(ada, 3);
    assertThat(start(generation)).isEqualTo(new Started());

    assertThat(start(generation)).isEqualTo(new Started());

    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_generation_id_cannot_be_reused() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);
    assertThat(start(generation)).isEqualTo(new Started());

    assertThatThrownBy(
            () ->
                generations().start(generation, usage(SAMPLES.id(), generation), null, Limits.NONE))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(ada)).isEqualTo(7);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_generation_cannot_reuse_the_id_of_a_transaction() {
    var ada = user(10);
    var first = SAMPLES.order(ada, 3);
    assertThat(start(first)).isEqualTo(new Started());
    var second = SAMPLES.order(ada, 3);

    assertThatThrownBy(
            () -> generations().start(second, usage(usage(first).id(), second), null, Limits.NONE))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(ada)).isEqualTo(7);
    assertThat(generations().find(ada, second.id())).isEmpty();
  }

  @Test
  default void concurrent_purchases_and_generations_all_count() {
    var ada = user(30);

    var outcomes =
        Race.of(
            20,
            i ->
                i % 2 == 0
                    ? start(SAMPLES.order(ada, 3))
                    : ledger().grant(ada, SAMPLES.purchase(newSession(), 10), null));

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(10);
    assertThat(outcomes).filteredOn(Granted.class::isInstance).hasSize(10);
    assertThat(balance(ada)).isEqualTo(30 - 10 * 3 + 10 * 10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  // Idempotency keys

  @Test
  default void a_repeat_under_the_same_key_finds_the_first_generation() {
    var ada = user(10);
    var first = SAMPLES.order(ada, 3);
    assertThat(start(first, key(first, "key", "request"))).isEqualTo(new Started());
    var again = SAMPLES.order(ada, 3);

    var outcome = start(again, key(again, "key", "request"));

    assertThat(outcome).isEqualTo(new KeyTaken(key(first, "key", "request").claim()));
    assertThat(balance(ada)).isEqualTo(7);
    assertThat(generations().find(ada, again.id())).isEmpty();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_start_that_finds_its_own_idempotency_record_has_succeeded() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);
    assertThat(start(generation, key(generation, "key", "request"))).isEqualTo(new Started());

    assertThat(start(generation, key(generation, "key", "request"))).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(7);
  }

  @Test
  default void an_unaffordable_generation_leaves_its_key_free() {
    var ada = user(2);
    var generation = SAMPLES.order(ada, 3);
    assertThat(start(generation, key(generation, "key", "request")))
        .isEqualTo(new InsufficientCredits(credits(2)));
    assertThat(ledger().grant(ada, SAMPLES.purchase(newSession(), 10), null))
        .isInstanceOf(Granted.class);

    assertThat(start(generation, key(generation, "key", "another"))).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(9);
  }

  @Test
  default void a_used_key_is_reported_before_insufficient_credits() {
    var ada = user(3);
    var first = SAMPLES.order(ada, 3);
    assertThat(start(first, key(first, "key", "request"))).isEqualTo(new Started());
    var again = SAMPLES.order(ada, 3);

    assertThat(start(again, key(again, "key", "request"))).isInstanceOf(KeyTaken.class);
  }

  @Test
  default void idempotency_keys_belong_to_one_user() {
    var ada = user(10);
    var bob = user(10);
    var first = SAMPLES.order(ada, 3);
    var second = SAMPLES.order(bob, 3);
    assertThat(start(first, key(first, "key", "request"))).isEqualTo(new Started());

    assertThat(start(second, key(second, "key", "request"))).isEqualTo(new Started());
  }

  @Test
  default void an_expired_idempotency_record_is_ignored() {
    var ada = user(10);
    var first = SAMPLES.order(ada, 3);
    var old = first.createdAt().minus(Duration.ofHours(24));
    assertThat(start(first, key(first, "key", "request", old, null))).isEqualTo(new Started());
    var next = SAMPLES.order(ada, 3);

    assertThat(start(next, key(next, "key", "another"))).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(4);
  }

  @Test
  default void the_key_of_a_failed_generation_passes_to_one_retry_only() {
    var ada = user(10);
    var failed = SAMPLES.order(ada, 3);
    assertThat(start(failed, key(failed, "key", "request"))).isEqualTo(new Started());
    var second = SAMPLES.order(ada, 3);
    var third = SAMPLES.order(ada, 3);

    var passed = start(second, key(second, "key", "request", second.createdAt(), failed.id()));
    var refused = start(third, key(third, "key", "request", third.createdAt(), failed.id()));

    assertThat(passed).isEqualTo(new Started());
    assertThat(refused).isEqualTo(new KeyTaken(key(second, "key", "request").claim()));
    assertThat(balance(ada)).isEqualTo(4);
  }

  @Test
  default void of_many_concurrent_starts_under_one_key_one_succeeds() {
    var ada = user(30);

    var outcomes =
        Race.of(
            32,
            _ -> {
              var generation = SAMPLES.order(ada, 3);
              return start(generation, key(generation, "key", "request"));
            });

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(KeyTaken.class::isInstance).hasSize(31);
    assertThat(balance(ada)).isEqualTo(27);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_requests_under_one_key_agree_on_one_record() {
    var ada = newEmail();
    var now = SAMPLES.now();

    var records =
        Race.of(16, i -> claims().claim(checkoutRecord(ada, "request " + i, now), null, now));

    assertThat(records)
        .containsOnly(claims().claim(checkoutRecord(ada, "request", now), null, now));
  }

  @Test
  default void a_checkout_idempotency_record_lasts_a_day() {
    var ada = newEmail();
    var now = SAMPLES.now();
    var first = checkoutRecord(ada, "request", now);
    assertThat(claims().claim(first, null, now)).isEqualTo(first);

    var nearly = now.plus(Duration.ofHours(24)).minusSeconds(1);
    var after = now.plus(Duration.ofHours(24));
    var next = checkoutRecord(ada, "another", after);

    assertThat(claims().claim(checkoutRecord(ada, "another", nearly), null, nearly))
        .isEqualTo(first);
    assertThat(claims().claim(next, null, after)).isEqualTo(next);
  }

  @Test
  default void of_many_concurrent_retries_of_a_failed_result_one_replaces_the_record() {
    var ada = newEmail();
    var now = SAMPLES.now();
    var first = claims().claim(checkoutRecord(ada, "request", now), null, now);

    var records =
        Race.of(16, _ -> claims().claim(checkoutRecord(ada, "request", now), first.result(), now));
    var unaware = claims().claim(checkoutRecord(ada, "request", now), null, now);
    var late = claims().claim(checkoutRecord(ada, "request", now), first.result(), now);

    assertThat(records).containsOnly(unaware);
    assertThat(late).isEqualTo(unaware);
    assertThat(unaware.result()).isNotEqualTo(first.result());
  }

  // Leases

  @Test
  default void a_generation_is_overdue_from_the_end_of_its_lease_until_it_is_finished() {
    var generation = started(user(10), 3);
    var end = ((Pending) generation.state()).leaseExpiresAt();
    var lease = new Lease(generation.email(), generation.id(), end);

    assertThat(generations().overdue(end.minusNanos(1), 100_000, null).items())
        .doesNotContain(lease);
    assertThat(generations().overdue(end, 100_000, null).items()).contains(lease);
    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());

    assertThat(generations().overdue(end, 100_000, null).items()).doesNotContain(lease);
  }

  @Test
  default void overdue_generations_are_listed_page_by_page_oldest_lease_first() {
    var ada = user(30);
    var pending = Stream.generate(() -> started(ada, 1)).limit(7).toList();
    var end = ((Pending) pending.getLast().state()).leaseExpiresAt();

    var found = new ArrayList<Lease>();
    Page<Lease> page;
    do {
      page = generations().overdue(end, 3, found.isEmpty() ? null : found.getLast());
      assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
      found.addAll(page.items());
    } while (page.hasMore());

    assertThat(found).isSortedAccordingTo(Comparator.comparing(Lease::expiresAt));
    assertThat(found.stream().filter(lease -> lease.owner().equals(ada)).map(Lease::generation))
        .containsExactlyElementsOf(pending.stream().map(Generation::id).toList());
  }

  @Test
  default void the_record_of_a_key_is_found_by_its_owner_only_and_reading_it_writes_nothing() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);
    var record =
        key(generation, "key-1", "request")
            .claim()
            .withReference(RequestFingerprint.of("reference"));
    var key = new IdempotencyWrite(record, null);
    assertThat(generations().holder(ada, new IdempotencyKey("key-1"))).isEmpty();
    assertThat(start(generation, key)).isEqualTo(new Started());

    assertThat(generations().holder(ada, new IdempotencyKey("key-1"))).contains(key.claim());
    assertThat(generations().holder(ada, new IdempotencyKey("key-2"))).isEmpty();
    assertThat(generations().holder(user(10), new IdempotencyKey("key-1"))).isEmpty();
    assertThat(balance(ada)).isEqualTo(7);
  }

  // Limits

  @Test
  default void pending_generations_never_exceed_the_limit() {
    var ada = user(100);
    var pending = Stream.generate(() -> SAMPLES.order(ada, 3)).limit(16).toList();
    var limits = Limits.NONE.with(Limit.PENDING, 3);

    var outcomes =
        Race.of(16, i -> generations().start(pending.get(i), usage(pending.get(i)), null, limits));

    assertThat(outcomes.stream().filter(new Started()::equals)).hasSize(3);
    assertThat(outcomes).containsOnly(new Started(), new LimitReached(Limit.PENDING));
    assertThat(ledger().find(ada).orElseThrow().held()).isEqualTo(new Held(3, credits(9)));
    assertThat(balance(ada)).isEqualTo(91);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_generation_that_ends_makes_room_for_another() {
    var ada = user(100);
    var limits = Limits.NONE.with(Limit.PENDING, 1);
    var first = SAMPLES.order(ada, 3);
    var second = SAMPLES.order(ada, 3);
    var third = SAMPLES.order(ada, 3);
    assertThat(generations().start(first, usage(first), null, limits)).isEqualTo(new Started());
    var full = generations().start(second, usage(second), null, limits);

    assertThat(generations().finish(first, succeeded(first, 3, 0), null)).isEqualTo(new Finished());
    assertThat(generations().finish(first, succeeded(first, 3, 0), null)).isEqualTo(new Finished());

    assertThat(full).isEqualTo(new LimitReached(Limit.PENDING));
    assertThat(ledger().find(ada).orElseThrow().held()).isEqualTo(Held.NOTHING);
    assertThat(generations().start(second, usage(second), null, limits)).isEqualTo(new Started());
    assertThat(generations().finish(second, failed(second), SAMPLES.refund(second, 3)))
        .isEqualTo(new Finished());
    assertThat(generations().start(third, usage(third), null, limits)).isEqualTo(new Started());
    assertThat(generations().finish(third, deleted(third, 3), SAMPLES.refund(third, 3)))
        .isEqualTo(new Finished());
    assertThat(ledger().find(ada).orElseThrow().held()).isEqualTo(Held.NOTHING);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void insufficient_credits_are_reported_before_the_pending_limit() {
    var ada = user(3);
    var limits = Limits.NONE.with(Limit.PENDING, 1);
    var first = SAMPLES.order(ada, 3);
    var second = SAMPLES.order(ada, 3);
    assertThat(generations().start(first, usage(first), null, limits)).isEqualTo(new Started());

    assertThat(generations().start(second, usage(second), null, limits))
        .isEqualTo(new InsufficientCredits(credits(0)));
  }

  @Test
  default void attempts_in_an_hour_never_exceed_the_limit() {
    var ada = user(100);
    var limits = Limits.NONE.with(Limit.HOURLY, 5);
    var hour = SAMPLES.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));

    var outcomes = Race.of(16, _ -> attempt(ada, limits, hour));

    assertThat(outcomes.stream().filter(Optional::isEmpty)).hasSize(5);
    assertThat(outcomes)
        .containsOnly(Optional.empty(), Optional.of(new LimitReached(Limit.HOURLY)));
    assertThat(attempt(ada, limits, hour.plus(Duration.ofHours(1)))).isEmpty();
    assertThat(balance(ada)).isEqualTo(100);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_attempt_reports_why_a_generation_could_not_start() {
    var unknown = newEmail();
    var poor = user(2);
    var busy = user(100);
    var refused = user(100);
    var limits = Limits.NONE.with(Limit.PENDING, 1).with(Limit.UNCHARGED, 3);
    var hour = newDay();
    var running = at(SAMPLES.order(busy, 3), hour);
    assertThat(begin(running, limits)).isEqualTo(new Started());
    var uncharged = at(SAMPLES.order(refused, 3), hour);
    assertThat(begin(uncharged, limits)).isEqualTo(new Started());
    assertThat(
            generations()
                .finish(
                    uncharged,
                    failed(uncharged),
                    SAMPLES.refund(uncharged, 3),
                    new UnchargedCalls(3, 0, hour)))
        .isEqualTo(new Finished());

    assertThat(attempt(unknown, limits, hour)).contains(new NoSuchUser());
    assertThat(attempt(poor, limits, hour)).contains(new InsufficientCredits(credits(2)));
    assertThat(attempt(busy, limits, hour)).contains(new LimitReached(Limit.PENDING));
    assertThat(attempt(refused, limits, hour)).contains(new LimitReached(Limit.UNCHARGED));
    assertThat(attempt(refused, limits, hour.plus(Duration.ofHours(1)))).isEmpty();
  }

  private Optional<StartOutcome.Refusal> attempt(Email owner, Limits limits, Instant now) {
    return generations().attempt(owner, credits(3), limits, now);
  }

  @Test
  default void reserved_pictures_never_exceed_the_daily_limit_or_one_users_share() {
    var ada = user(100);
    var eve = user(100);
    var day = newDay();
    var limits = Limits.NONE.with(Limit.DAILY, 9).with(Limit.SHARE, 6);
    var adaGenerations = Stream.generate(() -> counted(ada, day)).limit(8).toList();
    var eveGenerations = Stream.generate(() -> counted(eve, day)).limit(2).toList();
    var later = counted(eve, day.plus(Duration.ofDays(1)));

    var outcomes = Race.of(8, i -> begin(adaGenerations.get(i), limits));
    var first = begin(eveGenerations.getFirst(), limits);
    var second = begin(eveGenerations.getLast(), limits);

    assertThat(outcomes.stream().filter(new Started()::equals)).hasSize(2);
    assertThat(outcomes).containsOnly(new Started(), new LimitReached(Limit.SHARE));
    assertThat(first).isEqualTo(new Started());
    assertThat(second).isEqualTo(new LimitReached(Limit.DAILY));
    assertThat(begin(eveGenerations.getFirst(), limits)).isEqualTo(new Started());
    assertThat(begin(later, limits)).isEqualTo(new Started());
    Invariants.hold(auditReader(), List.of(ada, eve));
  }

  @Test
  default void a_daily_limit_below_one_generation_allows_none() {
    var generation = counted(user(10), newDay());

    assertThat(begin(generation, Limits.NONE.with(Limit.DAILY, 2)))
        .isEqualTo(new LimitReached(Limit.DAILY));

    assertThat(balance(generation.email())).isEqualTo(10);
  }

  @Test
  default void a_worker_attempt_is_counted_once_and_a_further_one_beyond_the_reservation() {
    var day = newDay();
    var limits = Limits.NONE.with(Limit.DAILY, 6);
    var generation = counted(user(100), day);
    var other = counted(user(100), day);
    assertThat(begin(generation, limits)).isEqualTo(new Started());
    var attempts = Stream.generate(UUID::randomUUID).limit(2).toList();

    var first = generations().ask(generation, attempts.getFirst(), 3, limits, day).orElseThrow();
    var again = generations().ask(generation, attempts.getFirst(), 3, limits, day);
    var second = generations().ask(generation, attempts.getLast(), 2, limits, day).orElseThrow();
    var full = generations().ask(generation, UUID.randomUUID(), 2, limits, day);

    assertThat(calls(first)).isEqualTo(new ModelCalls(0, 3, Set.of(attempts.getFirst())));
    assertThat(again).contains(first);
    assertThat(calls(second)).isEqualTo(new ModelCalls(0, 5, Set.copyOf(attempts)));
    assertThat(full).isEmpty();
    assertThat(generations().find(generation.email(), generation.id())).contains(second);
    assertThat(begin(other, limits)).isEqualTo(new LimitReached(Limit.DAILY));
    assertThat(generations().ask(generation, UUID.randomUUID(), 1, limits, day)).isPresent();
  }

  @Test
  default void concurrent_worker_attempts_are_each_counted() {
    var day = newDay();
    var generation = counted(user(100), day);
    var limits = Limits.NONE.with(Limit.DAILY, 9);
    assertThat(begin(generation, limits)).isEqualTo(new Started());

    var asked =
        Race.of(
            6, _ -> generations().ask(generation, UUID.randomUUID(), 3, limits, day).isPresent());

    assertThat(asked.stream().filter(yes -> yes)).hasSize(3);
    assertThat(calls(generations().find(generation.email(), generation.id()).orElseThrow()).asked())
        .isEqualTo(9);
  }

  @Test
  default void pictures_asked_for_on_another_day_count_there_and_free_their_reservation() {
    var day = newDay();
    var next = day.plus(Duration.ofDays(1));
    var limits = Limits.NONE.with(Limit.DAILY, 3);
    var generation = counted(user(100), day);
    assertThat(begin(generation, limits)).isEqualTo(new Started());
    assertThat(begin(counted(user(100), day), limits)).isEqualTo(new LimitReached(Limit.DAILY));

    var asked = generations().ask(generation, UUID.randomUUID(), 3, limits, next).orElseThrow();

    assertThat(calls(asked).reserved()).isZero();
    assertThat(begin(counted(user(100), day), limits)).isEqualTo(new Started());
    assertThat(begin(counted(user(100), next), limits)).isEqualTo(new LimitReached(Limit.DAILY));
  }

  @Test
  default void a_finished_generation_is_not_asked_for_and_an_outdated_finish_is_overtaken() {
    var generation = started(user(10), 3);
    var asked =
        generations()
            .ask(generation, UUID.randomUUID(), 3, Limits.NONE, SAMPLES.now())
            .orElseThrow();

    var blind = generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3));
    var seeing = generations().finish(asked, failed(generation), SAMPLES.refund(generation, 3));

    assertThat(blind).isEqualTo(new Overtaken(asked));
    assertThat(seeing).isEqualTo(new Finished());
    assertThat(generations().ask(generation, UUID.randomUUID(), 3, Limits.NONE, SAMPLES.now()))
        .isEmpty();
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void finishing_frees_counted_pictures_that_were_not_asked_for_once() {
    var day = newDay();
    var limits = Limits.NONE.with(Limit.DAILY, 6).with(Limit.SHARE, 6);
    var reserved = counted(user(100), day);
    var asked = counted(user(100), day);
    assertThat(begin(reserved, limits)).isEqualTo(new Started());
    assertThat(begin(asked, limits)).isEqualTo(new Started());
    var seen = generations().ask(asked, UUID.randomUUID(), 3, limits, day).orElseThrow();
    var refund = SAMPLES.refund(reserved, 3);
    var notMade = SAMPLES.refund(asked, 3);

    for (var times = 0; times < 2; times++) {
      assertThat(generations().finish(reserved, failed(reserved), refund))
          .isEqualTo(new Finished());
      assertThat(generations().finish(seen, failed(asked), notMade, new UnchargedCalls(0, 2, day)))
          .isEqualTo(new Finished());
    }

    // One of the six pictures was asked for.
    assertThat(begin(counted(user(100), day), limits)).isEqualTo(new Started());
    var last = counted(user(100), day);
    assertThat(begin(last, limits)).isEqualTo(new LimitReached(Limit.DAILY));
    assertThat(begin(last, Limits.NONE.with(Limit.DAILY, 7))).isEqualTo(new Started());
  }

  @Test
  default void uncharged_pictures_are_counted_in_their_hour_once() {
    var ada = user(100);
    var limits = Limits.NONE.with(Limit.UNCHARGED, 6);
    var hour = newDay().plus(Duration.ofHours(5));
    for (var pictures : List.of(3, 2)) {
      var generation = at(SAMPLES.order(ada, 3), hour);
      assertThat(begin(generation, limits)).isEqualTo(new Started());
      var refund = SAMPLES.refund(generation, 3);
      var uncharged = new UnchargedCalls(pictures, 0, hour);
      assertThat(generations().finish(generation, failed(generation), refund, uncharged))
          .isEqualTo(new Finished());
      assertThat(generations().finish(generation, failed(generation), refund, uncharged))
          .isEqualTo(new Finished());
    }
    var third = at(SAMPLES.order(ada, 3), hour);

    assertThat(begin(third, limits)).isEqualTo(new Started());
    assertThat(
            generations()
                .finish(
                    third, failed(third), SAMPLES.refund(third, 3), new UnchargedCalls(1, 0, hour)))
        .isEqualTo(new Finished());

    var refused = at(SAMPLES.order(ada, 3), hour);
    assertThat(begin(refused, limits)).isEqualTo(new LimitReached(Limit.UNCHARGED));
    assertThat(begin(refused, Limits.NONE.with(Limit.UNCHARGED, 7))).isEqualTo(new Started());
    assertThat(begin(at(SAMPLES.order(ada, 3), hour.plus(Duration.ofHours(1))), limits))
        .isEqualTo(new Started());
    Invariants.hold(auditReader(), List.of(ada));
  }

  // Waiting

  @Test
  default void waiting_requests_never_exceed_the_limit_until_one_leaves() {
    var ada = user(1);
    var now = SAMPLES.now();
    var limits = Limits.NONE.with(Limit.WAITING, 3);
    var waits = Stream.generate(() -> wait(ada, now.plusSeconds(25))).limit(12).toList();

    var admitted = Race.of(12, i -> generations().admit(waits.get(i), limits, now));
    var first = waits.get(admitted.indexOf(true));
    var repeat = generations().admit(first, limits, now);
    var late = wait(ada, now.plusSeconds(25));
    var full = generations().admit(late, limits, now);
    generations().leave(first);
    generations().leave(first);

    assertThat(admitted.stream().filter(yes -> yes)).hasSize(3);
    assertThat(repeat).isTrue();
    assertThat(full).isFalse();
    assertThat(generations().admit(late, limits, now)).isTrue();
    assertThat(generations().admit(wait(ada, now.plusSeconds(25)), limits, now)).isFalse();
    assertThat(generations().admit(wait(user(1), now.plusSeconds(25)), limits, now)).isTrue();
  }

  @Test
  default void an_abandoned_wait_slot_expires() {
    var ada = user(1);
    var now = SAMPLES.now();
    var limits = Limits.NONE.with(Limit.WAITING, 1);
    assertThat(generations().admit(wait(ada, now.plusSeconds(25)), limits, now)).isTrue();
    var next = wait(ada, now.plusSeconds(50));

    assertThat(generations().admit(next, limits, now.plusSeconds(24))).isFalse();

    assertThat(generations().admit(next, limits, now.plusSeconds(25))).isTrue();
  }

  @Test
  default void leaving_a_wait_slot_that_was_never_taken_changes_nothing() {
    var ada = user(1);

    generations().leave(wait(ada, SAMPLES.now()));

    assertThat(generations().admit(wait(ada, Instant.MAX), Limits.NONE, SAMPLES.now())).isTrue();
  }

  private static WaitSlot wait(Email owner, Instant until) {
    return new WaitSlot(owner, UUID.randomUUID(), until);
  }

  private StartOutcome begin(Generation generation, Limits limits) {
    return generations().start(generation, usage(generation), null, limits);
  }

  private static ModelCalls calls(Generation generation) {
    return ((Pending) generation.state()).calls();
  }

  /** A day that no other test uses: all users share the counters of a day. */
  private static Instant newDay() {
    return DAYS.updateAndGet(day -> day.plus(Duration.ofDays(3)));
  }

  /** A pending generation that starts at that time, with its pictures reserved. */
  private static Generation counted(Email owner, Instant time) {
    var generation = at(SAMPLES.order(owner, 3), time);
    var calls = new ModelCalls(VariationPrompt.COUNT, 0, Set.of());
    return new Generation(
        generation.id(),
        owner,
        generation.prompt(),
        generation.mode(),
        generation.price(),
        time,
        new Pending(time.plus(Duration.ofMinutes(20)), List.of(), calls));
  }

  private static Generation at(Generation generation, Instant time) {
    return new Generation(
        generation.id(),
        generation.email(),
        generation.prompt(),
        generation.mode(),
        generation.price(),
        time,
        generation.state());
  }

  // Finishing

  @Test
  default void a_complete_delivery_captures_the_whole_price() {
    var generation = started(user(10), 3);
    var delivered = succeeded(generation, 3, 0);

    assertThat(generations().finish(generation, delivered, null)).isEqualTo(new Finished());

    assertThat(generations().find(generation.email(), generation.id())).contains(delivered);
    assertThat(balance(generation.email())).isEqualTo(7);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_partial_delivery_refunds_the_rest() {
    var generation = started(user(10), 3);
    var delivered = succeeded(generation, 2, 1);
    var refund = SAMPLES.refund(generation, 1);

    assertThat(generations().finish(generation, delivered, refund)).isEqualTo(new Finished());

    assertThat(generations().find(generation.email(), generation.id())).contains(delivered);
    assertThat(balance(generation.email())).isEqualTo(8);
    assertThat(ledger().statement(generation.email(), 1, null).items()).containsExactly(refund);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_failed_generation_is_refunded_in_full() {
    var generation = started(user(10), 3);

    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(failed(generation));
    assertThat(balance(generation.email())).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void repeating_the_same_finish_changes_nothing() {
    var generation = started(user(10), 3);
    var delivered = succeeded(generation, 2, 1);
    var refund = SAMPLES.refund(generation, 1);
    assertThat(generations().finish(generation, delivered, refund)).isEqualTo(new Finished());

    assertThat(generations().finish(generation, delivered, refund)).isEqualTo(new Finished());

    assertThat(balance(generation.email())).isEqualTo(8);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_second_failure_refunds_nothing() {
    var generation = started(user(10), 3);
    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());

    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Overtaken(failed(generation)));

    assertThat(balance(generation.email())).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_refund_that_reuses_the_id_of_another_finishes_nothing() {
    var ada = user(10);
    var first = started(ada, 3);
    var second = started(ada, 4);
    var refund = SAMPLES.refund(first, 3);
    assertThat(generations().finish(first, failed(first), refund)).isEqualTo(new Finished());
    assertThat(generations().finish(second, failed(second), SAMPLES.refund(second, 4)))
        .isEqualTo(new Finished());

    var late = generations().finish(second, failed(second), SAMPLES.refund(refund.id(), second, 4));

    assertThat(late).isEqualTo(new Overtaken(failed(second)));
    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_second_finish_changes_nothing_and_is_overtaken() {
    var generation = started(user(10), 3);
    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());

    var late = generations().finish(generation, succeeded(generation, 3, 0), null);
    var later =
        generations()
            .finish(generation, succeeded(generation, 1, 2), SAMPLES.refund(generation, 2));

    assertThat(late).isEqualTo(new Overtaken(failed(generation)));
    assertThat(later).isEqualTo(new Overtaken(failed(generation)));
    assertThat(balance(generation.email())).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void of_many_concurrent_finishes_one_wins() {
    var generation = started(user(10), 3);

    var outcomes =
        Race.of(
            24,
            i ->
                switch (i % 3) {
                  case 0 ->
                      generations()
                          .finish(generation, failed(generation), SAMPLES.refund(generation, 3));
                  case 1 ->
                      generations()
                          .finish(
                              generation,
                              succeeded(generation, 2, 1),
                              SAMPLES.refund(generation, 1));
                  default -> generations().finish(generation, succeeded(generation, 3, 0), null);
                });

    var end = generations().find(generation.email(), generation.id()).orElseThrow();
    assertThat(outcomes)
        .allSatisfy(
            outcome ->
                assertThat(outcome).isIn((FinishOutcome) new Finished(), new Overtaken(end)));
    assertThat(balance(generation.email())).isEqualTo(7 + end.refunded().value());
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void each_picture_is_added_to_a_pending_generation_once() {
    var generation = started(user(10), 3);
    var last = new Picture(2, picture(generation, 2).image());

    assertThat(generations().add(generation, last)).isTrue();
    assertThat(generations().add(generation, picture(generation, 0))).isTrue();
    assertThat(generations().add(generation, last)).isTrue();

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(generation.with(last).with(picture(generation, 0)));
    assertThat(balance(generation.email())).isEqualTo(7);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_second_picture_of_a_variation_is_rejected() {
    var generation = started(user(10), 3);
    assertThat(generations().add(generation, picture(generation, 1))).isTrue();

    var other = new Picture(1, picture(generation, 2).image());

    assertThat(generations().add(generation, other)).isFalse();
    assertThat(generations().find(generation.email(), generation.id()))
        .contains(generation.with(picture(generation, 1)));
  }

  @Test
  default void of_many_concurrent_pictures_of_one_variation_one_is_added() {
    var generation = started(user(10), 3);

    var added =
        Race.of(
            8, i -> generations().add(generation, new Picture(0, picture(generation, i).image())));

    assertThat(added).containsOnlyOnce(true);
    assertThat(generations().find(generation.email(), generation.id()).orElseThrow().images())
        .hasSize(1);
  }

  @Test
  default void no_picture_is_added_to_a_finished_or_unknown_generation() {
    var generation = started(user(10), 3);
    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());
    var unknown = SAMPLES.order(generation.email(), 3);

    assertThat(generations().add(generation, picture(generation, 0))).isFalse();
    assertThat(generations().add(unknown, picture(unknown, 0))).isFalse();

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(failed(generation));
    assertThat(generations().find(unknown.email(), unknown.id())).isEmpty();
  }

  @Test
  default void adding_a_picture_again_succeeds_after_it_was_delivered() {
    var generation = started(user(10), 3);
    assertThat(generations().add(generation, picture(generation, 0))).isTrue();
    assertThat(
            generations()
                .finish(
                    generated(generation, 1),
                    succeeded(generation, 1, 2),
                    SAMPLES.refund(generation, 2)))
        .isEqualTo(new Finished());

    assertThat(generations().add(generation, picture(generation, 0))).isTrue();
    assertThat(generations().add(generation, picture(generation, 1))).isFalse();

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(succeeded(generation, 1, 2));
  }

  @Test
  default void a_finish_that_has_not_seen_the_last_picture_is_overtaken() {
    var generation = started(user(10), 3);
    assertThat(generations().add(generation, picture(generation, 0))).isTrue();

    var blind = generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3));
    var seeing =
        generations()
            .finish(
                generated(generation, 1),
                succeeded(generation, 1, 2),
                SAMPLES.refund(generation, 2));

    assertThat(blind).isEqualTo(new Overtaken(generated(generation, 1)));
    assertThat(seeing).isEqualTo(new Finished());
    assertThat(balance(generation.email())).isEqualTo(9);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_pending_generation_is_cancelled_and_refunded_once() {
    var generation = started(user(10), 3);
    var deleted = deleted(generation, 3);

    var outcomes =
        Race.of(8, _ -> generations().finish(generation, deleted, SAMPLES.refund(generation, 3)));

    assertThat(outcomes).containsOnlyOnce(new Finished());
    assertThat(generations().find(generation.email(), generation.id())).contains(deleted);
    assertThat(generations().add(generation, picture(generation, 0))).isFalse();
    assertThat(balance(generation.email())).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_delivered_generation_is_deleted_without_another_refund() {
    var generation = started(user(10), 3);
    var delivered = succeeded(generation, 2, 1);
    assertThat(generations().finish(generation, delivered, SAMPLES.refund(generation, 1)))
        .isEqualTo(new Finished());

    assertThat(generations().finish(delivered, deleted(delivered, 1), null))
        .isEqualTo(new Finished());

    assertThat(generations().find(generation.email(), generation.id()))
        .contains(deleted(delivered, 1));
    assertThat(balance(generation.email())).isEqualTo(8);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void a_finished_generation_cannot_be_cancelled() {
    var generation = started(user(10), 3);
    assertThat(generations().finish(generation, succeeded(generation, 3, 0), null))
        .isEqualTo(new Finished());

    assertThat(
            generations().finish(generation, deleted(generation, 3), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Overtaken(succeeded(generation, 3, 0)));

    assertThat(balance(generation.email())).isEqualTo(7);
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void an_unknown_generation_cannot_be_finished() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);

    assertThatThrownBy(
            () ->
                generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> generations().finish(generation, succeeded(generation, 3, 0), null))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(ada)).isEqualTo(10);
    assertThat(generations().find(ada, generation.id())).isEmpty();
  }

  @Test
  default void a_refund_cannot_reuse_the_id_of_a_transaction() {
    var generation = started(user(10), 3);

    assertThatThrownBy(
            () ->
                generations()
                    .finish(
                        generation,
                        failed(generation),
                        SAMPLES.refund(usage(generation).id(), generation, 3)))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(generation.email())).isEqualTo(7);
    assertThat(generations().find(generation.email(), generation.id())).contains(generation);
  }

  // Lists

  @Test
  default void a_statement_is_read_newest_first_page_by_page() {
    var ada = user(0);
    var purchases = new ArrayList<Transaction>();
    for (var i = 0; i < 7; i++) {
      var purchase = SAMPLES.purchase(newSession(), 1);
      assertThat(ledger().grant(ada, purchase, null)).isInstanceOf(Granted.class);
      purchases.addFirst(purchase);
    }

    var first = ledger().statement(ada, 3, null);
    var second = ledger().statement(ada, 3, first.items().getLast().id());
    var third = ledger().statement(ada, 3, second.items().getLast().id());

    assertThat(first.items()).isEqualTo(purchases.subList(0, 3));
    assertThat(second.items()).isEqualTo(purchases.subList(3, 6));
    assertThat(third.items()).isEqualTo(purchases.subList(6, 7));
    assertThat(List.of(first.hasMore(), second.hasMore(), third.hasMore()))
        .containsExactly(true, true, false);
  }

  @Test
  default void a_gallery_is_read_newest_first_page_by_page() {
    var ada = user(100);
    var pending = new ArrayList<Generation>();
    for (var i = 0; i < 4; i++) {
      pending.addFirst(started(ada, 3));
    }

    var first = generations().list(ada, 2, null);
    var second = generations().list(ada, 2, first.items().getLast().id());

    assertThat(first.items()).isEqualTo(pending.subList(0, 2));
    assertThat(second.items()).isEqualTo(pending.subList(2, 4));
    assertThat(List.of(first.hasMore(), second.hasMore())).containsExactly(true, false);
  }

  @Test
  default void a_user_sees_no_transactions_or_generations_of_others() {
    var ada = user(10);
    var _ = started(ada, 3);

    var bob = user(0);

    assertThat(ledger().statement(bob, 10, null).items()).isEmpty();
    assertThat(generations().list(bob, 10, null).items()).isEmpty();
  }

  // Credits that expire

  @Test
  default void promotional_credits_are_available_until_they_expire() {
    var ada = user(2);
    var promotion = SAMPLES.promotion(5, inDays(7));

    assertThat(ledger().promote(ada, promotion, false)).isEqualTo(new Promoted());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(7));
    assertThat(user.lots()).isEqualTo(promotion.lots());
    assertThat(user.available(inDays(6))).isEqualTo(credits(7));
    assertThat(user.available(inDays(7))).isEqualTo(credits(2));
    assertThat(ledger().statement(ada, 1, null).items()).containsExactly(promotion);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_promotion_is_granted_once_unless_a_repeat_is_requested() {
    var ada = user(0);
    var promotion = SAMPLES.promotion(5, inDays(7));
    var repeated = repeat(promotion);

    assertThat(ledger().promote(ada, promotion, false)).isEqualTo(new Promoted());
    assertThat(ledger().promote(ada, repeated, false)).isEqualTo(new AlreadyPromoted());
    assertThat(balance(ada)).isEqualTo(5);
    assertThat(ledger().promote(ada, repeated, true)).isEqualTo(new Promoted());
    assertThat(ledger().promote(ada, repeated, true)).isEqualTo(new AlreadyPromoted());

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_repeats_of_a_promotion_grant_it_once() {
    var ada = user(1);
    var promotion = SAMPLES.promotion(5, inDays(7));

    var outcomes = Race.of(16, _ -> ledger().promote(ada, repeat(promotion), false));

    assertThat(outcomes).filteredOn(Promoted.class::isInstance).hasSize(1);
    assertThat(balance(ada)).isEqualTo(6);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_promotion_for_an_unknown_user_writes_nothing() {
    var ada = newEmail();

    assertThat(ledger().promote(ada, SAMPLES.promotion(5, inDays(7)), false))
        .isEqualTo(new PromotionOutcome.NoSuchUser());

    assertThat(ledger().find(ada)).isEmpty();
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
  }

  @Test
  default void a_user_has_at_most_twenty_expiring_lots() {
    var ada = user(0);
    for (var i = 0; i < Lots.MOST; i++) {
      var _ = promote(ada, 1, inDays(7));
    }

    assertThat(ledger().promote(ada, SAMPLES.promotion(1, inDays(7)), false))
        .isEqualTo(new TooManyLots());

    assertThat(balance(ada)).isEqualTo(Lots.MOST);
  }

  @Test
  default void a_promotion_settles_a_debt_first_and_only_the_rest_expires() {
    var ada = inDebt(6);

    var promotion = promote(ada, 10, inDays(7));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(user.credits()).isEqualTo(credits(4));
    assertThat(user.lots()).isEqualTo(lots(promotion, 4));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void credits_that_expire_first_are_spent_first() {
    var ada = user(10);
    var later = promote(ada, 4, inDays(9));
    var sooner = promote(ada, 2, inDays(7));

    var first = started(ada, 3);
    var second = started(ada, 5);

    assertThat(usageOf(first)).isEqualTo(usage(first).of(lots(sooner, 2).plus(lots(later, 1))));
    assertThat(usageOf(second)).isEqualTo(usage(second).of(lots(later, 3)));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(balance(ada)).isEqualTo(8);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_repeated_start_spends_expiring_credits_once() {
    var ada = user(0);
    var _ = promote(ada, 5, inDays(7));
    var generation = started(ada, 3);

    assertThat(start(generation)).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void expired_credits_cannot_be_spent_even_while_they_are_on_the_balance() {
    var ada = user(2);
    var promotion = expiringNow(ada, 5);

    assertThat(start(SAMPLES.order(ada, 3))).isEqualTo(new InsufficientCredits(credits(2)));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    var generation = started(ada, 2);

    assertThat(usageOf(generation)).isEqualTo(usage(generation));
    assertThat(balance(ada)).isZero();
    assertThat(newest(ada, 2)).containsExactly("usage -2", "expiry -5");
    assertThat(ledger().statement(ada, 2, null).items().getLast())
        .isEqualTo(
            new Expiry(
                usageOf(generation).id().plus(-1),
                promotion.lots(),
                "Expired: " + reasonFor(promotion),
                generation.createdAt()));
    assertThat(start(generation)).isEqualTo(new Started());
    assertThat(start(SAMPLES.order(ada, 1))).isEqualTo(new InsufficientCredits(credits(0)));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void expired_credits_are_removed_from_the_balance_once() {
    var ada = user(2);
    var promotion = promote(ada, 5, inDays(7));
    var other = promote(ada, 1, inDays(8));
    var kept = promote(ada, 1, inDays(9));
    var id = SAMPLES.id();

    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(6))).isEqualTo(credits(0));
    assertThat(ledger().expire(ada, id, inDays(8))).isEqualTo(credits(6));
    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(8))).isEqualTo(credits(0));

    assertThat(balance(ada)).isEqualTo(3);
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(kept.lots());
    var ends = ledger().statement(ada, 2, null).items();
    assertThat(ends).extracting(Transaction::change).containsExactly(-1, -5);
    assertThat(ends.getLast())
        .isEqualTo(new Expiry(id, promotion.lots(), "Expired: " + reasonFor(promotion), inDays(8)));
    assertThat(ends.getFirst().lots()).isEqualTo(other.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_sweepers_remove_expired_credits_once() {
    var ada = user(2);
    var _ = promote(ada, 5, inDays(7));

    var expired = Race.of(16, _ -> ledger().expire(ada, SAMPLES.id(), inDays(7)));

    assertThat(expired).filteredOn(credits(5)::equals).hasSize(1);
    assertThat(expired).filteredOn(Credits::isNone).hasSize(15);
    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void users_with_expired_credits_are_listed_until_the_credits_are_removed() {
    var ada = user(0);
    var at = inDays(7);
    var _ = promote(ada, 5, inDays(30));
    var _ = promote(ada, 5, at);
    var bob = user(0);
    var _ = promote(bob, 5, at);
    var _ = started(bob, 5);

    assertThat(ledger().expiring(at.minusSeconds(1), 100_000).items()).doesNotContain(ada, bob);
    assertThat(ledger().expiring(at, 100_000).items()).contains(ada).doesNotContain(bob);
    assertThat(ledger().expire(ada, SAMPLES.id(), at)).isEqualTo(credits(5));
    assertThat(ledger().expiring(at, 100_000).items()).doesNotContain(ada);
    assertThat(ledger().expiring(inDays(30), 100_000).items()).contains(ada);
  }

  @Test
  default void expiring_the_credits_of_an_unknown_user_changes_nothing() {
    assertThat(ledger().expire(newEmail(), SAMPLES.id(), inDays(7))).isEqualTo(credits(0));
  }

  @Test
  default void a_refund_returns_permanent_credits_first_and_then_the_last_to_expire() {
    var ada = user(1);
    var sooner = promote(ada, 1, inDays(7));
    var later = promote(ada, 1, inDays(8));
    var generation = started(ada, 3);

    assertThat(release(generation, 2)).isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(2));
    assertThat(user.lots()).isEqualTo(later.lots());
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots()).isEqualTo(later.lots());
    assertThat(release(started(ada, 2), 2)).isEqualTo(new Finished());
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(later.lots());
    assertThat(sooner.lots()).isNotEqualTo(later.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void refunded_credits_whose_lot_has_expired_expire_at_once() {
    var ada = user(1);
    var promotion = promote(ada, 5, inDays(7));
    var later = promote(ada, 1, inDays(9));
    var generation = started(ada, 3);

    assertThat(release(generation, 3, inDays(7))).isEqualTo(new Finished());

    assertThat(newest(ada, 2)).containsExactly("expiry -5", "refund 3");
    assertThat(balance(ada)).isEqualTo(2);
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(later.lots());
    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(8))).isEqualTo(credits(0));
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots())
        .isEqualTo(promotion.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void refunded_credits_whose_lot_was_already_removed_expire_at_once() {
    var ada = user(0);
    var promotion = promote(ada, 5, inDays(7));
    var generation = started(ada, 3);
    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(7))).isEqualTo(credits(2));

    assertThat(release(generation, 2, inDays(8))).isEqualTo(new Finished());

    assertThat(newest(ada, 3)).containsExactly("expiry -2", "refund 2", "expiry -2");
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots())
        .isEqualTo(lots(promotion, 2));
    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_refund_of_permanent_credits_leaves_lots_alone() {
    var ada = user(3);
    var generation = started(ada, 3);
    var promotion = promote(ada, 5, inDays(7));

    assertThat(release(generation, 3, inDays(8))).isEqualTo(new Finished());

    assertThat(newest(ada, 1)).containsExactly("refund 3");
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void refunded_credits_that_have_expired_settle_no_debt() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 10);
    var _ = promote(ada, 3, inDays(7));
    var generation = started(ada, 3);
    assertThat(refund(sale, 200)).isEqualTo(new Reversed(ada, -2));

    assertThat(release(generation, 3, inDays(7))).isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(2));
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(newest(ada, 2)).containsExactly("expiry -3", "refund 3");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_promotion_that_is_already_expired_settles_no_debt() {
    var ada = inDebt(6);
    var _ = promote(ada, 4, SAMPLES.now());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(6));
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(newest(ada, 2)).containsExactly("expiry -4", "promotion 4");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void refunded_credits_settle_a_debt_before_they_can_expire() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 10);
    var _ = promote(ada, 2, inDays(7));
    var later = promote(ada, 1, inDays(8));
    var generation = started(ada, 3);
    assertThat(refund(sale, 200)).isEqualTo(new Reversed(ada, -2));

    assertThat(release(generation, 3)).isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(user.credits()).isEqualTo(credits(1));
    assertThat(user.lots()).isEqualTo(later.lots());
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_reversal_withdraws_permanent_credits_first_and_then_the_last_to_expire() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 5);
    var sooner = promote(ada, 3, inDays(7));
    var later = promote(ada, 3, inDays(8));

    assertThat(refund(sale, 400)).isEqualTo(new Reversed(ada, -4));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(sooner.lots().plus(later.lots()));
    assertThat(refund(sale, 700)).isEqualTo(new Reversed(ada, -3));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(4));
    assertThat(user.lots()).isEqualTo(sooner.lots().plus(lots(later, 1)));
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots())
        .isEqualTo(lots(later, 2));
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -3));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(lots(sooner, 1));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_reversal_withdraws_no_expired_credits() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 8);
    var _ = expiringNow(ada, 5);

    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(8));
    assertThat(user.lots()).isEqualTo(Lots.NONE);
    assertThat(newest(ada, 2)).containsExactly("reversal -2", "expiry -5");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void winning_a_dispute_returns_credits_to_their_lots() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 9);
    var sooner = promote(ada, 3, inDays(7));
    var later = promote(ada, 3, inDays(8));
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));
    assertThat(ledger().find(ada).orElseThrow().debt()).isEqualTo(credits(3));

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(7));
    assertThat(user.lots()).isEqualTo(sooner.lots().plus(later.lots()));
    assertThat(user.reversals()).isEqualTo(OpenReversals.NONE);
    assertThat(newest(ada, 2)).containsExactly("reversal -3", "reversal 10");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_partly_won_dispute_restores_the_credits_withdrawn_last() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 8);
    var sooner = promote(ada, 3, inDays(7));
    var later = promote(ada, 3, inDays(8));
    assertThat(dispute(sale, 999, 0)).isEqualTo(new Reversed(ada, -10));

    assertThat(dispute(sale, 999, 600)).isEqualTo(new Reversed(ada, 7));

    // The account is as if only three credits had been withdrawn.
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(user.credits()).isEqualTo(credits(5));
    assertThat(user.lots()).isEqualTo(sooner.lots().plus(lots(later, 2)));
    assertThat(dispute(sale, 999, 999)).isEqualTo(new Reversed(ada, 3));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(sooner.lots().plus(later.lots()));
    assertThat(balance(ada)).isEqualTo(8);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void credits_that_expired_during_a_dispute_expire_at_once_when_it_is_won() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 9);
    var _ = promote(ada, 3, inDays(7));
    var later = promote(ada, 3, inDays(9));
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(
            ledger()
                .reverse(Samples.reinstated(sale.payment(), "dp_1", 999), SAMPLES.id(), inDays(8)))
        .isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(4));
    assertThat(user.lots()).isEqualTo(later.lots());
    assertThat(newest(ada, 3)).containsExactly("reversal -3", "expiry -3", "reversal 10");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void credits_that_settled_the_debt_of_a_dispute_return_to_their_lot_when_it_is_won() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 10);
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));
    var promotion = promote(ada, 4, inDays(7));
    var _ = sale(ada, 10);

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(14));
    assertThat(user.lots()).isEqualTo(promotion.lots());
    assertThat(user.reversals()).isEqualTo(OpenReversals.NONE);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void each_dispute_returns_the_credits_it_withdrew() {
    var ada = user(0);
    var first = sale(ada, 5);
    var second = sale(ada, 5);
    var _ = started(ada, 5);
    var promotion = promote(ada, 5, inDays(7));
    assertThat(withdraw(first, "dp_1", 999)).isEqualTo(new Reversed(ada, -5));
    assertThat(withdraw(second, "dp_2", 999)).isEqualTo(new Reversed(ada, -5));

    assertThat(reinstate(first, "dp_1", 999)).isEqualTo(new Reversed(ada, 5));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(balance(ada)).isEqualTo(5);
    assertThat(reinstate(second, "dp_2", 999)).isEqualTo(new Reversed(ada, 5));

    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void credits_returned_by_a_won_dispute_settle_the_debt_of_another() {
    var ada = user(0);
    var first = sale(ada, 5);
    var second = sale(ada, 5);
    var _ = started(ada, 10);
    var promotion = promote(ada, 5, inDays(7));
    assertThat(withdraw(first, "dp_1", 999)).isEqualTo(new Reversed(ada, -5));
    assertThat(withdraw(second, "dp_2", 600)).isEqualTo(new Reversed(ada, -3));

    assertThat(reinstate(first, "dp_1", 999)).isEqualTo(new Reversed(ada, 5));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(lots(promotion, 2));
    assertThat(balance(ada)).isEqualTo(2);
    assertThat(reinstate(second, "dp_2", 600)).isEqualTo(new Reversed(ada, 3));

    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    assertThat(balance(ada)).isEqualTo(5);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void any_number_of_lots_expires_in_one_write() {
    var ada = user(1);
    var sales = List.of(sale(ada, Lots.MOST), sale(ada, Lots.MOST), sale(ada, Lots.MOST));
    var _ = started(ada, 3 * Lots.MOST + 1);
    for (var sale : sales) {
      for (var i = 0; i < Lots.MOST; i++) {
        var _ = promote(ada, 1, inDays(7));
      }
      assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -Lots.MOST));
    }
    sales.forEach(sale -> assertThat(reinstate(sale, "dp_1", 999)).isNotNull());
    var _ = sale(ada, 2);
    assertThat(ledger().find(ada).orElseThrow().lots().all()).hasSize(3 * Lots.MOST);
    var generation = pending(ada, 2, inDays(7));

    assertThat(start(generation)).isEqualTo(new Started());

    assertThat(balance(ada)).isZero();
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(ledger().statement(ada, 42, null).items())
        .extracting(Transaction::change)
        .startsWith(-2, -20, -1)
        .endsWith(-1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void expired_lots_make_room_for_new_promotions() {
    var ada = user(0);
    for (var i = 0; i < Lots.MOST; i++) {
      var _ = promote(ada, 1, inDays(2), inDays(1));
    }

    var promotion = promote(ada, 1, inDays(7), inDays(2));

    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    assertThat(balance(ada)).isEqualTo(1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_generations_and_sweepers_expire_a_lot_once() {
    var ada = user(4);
    var _ = promote(ada, 5, inDays(7));

    var outcomes =
        Race.of(
            16,
            i ->
                i % 2 == 0
                    ? start(pending(ada, 1, inDays(7)))
                    : ledger().expire(ada, SAMPLES.id(), inDays(7)));

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(4);
    assertThat(balance(ada)).isZero();
    assertThat(Invariants.statement(ledger(), ada))
        .extracting(Transaction::type)
        .containsOnlyOnce("expiry");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_reversals_leave_no_more_expiring_credits_than_the_balance() {
    var ada = user(0);
    var sales = List.of(sale(ada, 10), sale(ada, 10), sale(ada, 10));
    var _ = started(ada, 10);
    var _ = promote(ada, 8, inDays(7));

    var outcomes = Race.of(3, i -> refund(sales.get(i), 999));

    assertThat(outcomes).containsOnly(new Reversed(ada, -10));
    assertThat(ledger().find(ada).orElseThrow().debt()).isEqualTo(credits(2));
    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_spending_expiry_and_promotions_never_lose_a_credit() {
    var ada = user(3);
    var _ = promote(ada, 4, inDays(7));
    var _ = promote(ada, 4, inDays(8));
    var expired = new AtomicInteger();

    var outcomes =
        Race.of(
            16,
            i ->
                switch (i % 4) {
                  case 0 -> ledger().promote(ada, SAMPLES.promotion(1, inDays(9)), false);
                  case 1 -> {
                    var removed = ledger().expire(ada, SAMPLES.id(), inDays(7));
                    yield expired.addAndGet(removed.value());
                  }
                  default -> start(SAMPLES.order(ada, 1));
                });

    var spent = Math.toIntExact(outcomes.stream().filter(Started.class::isInstance).count());
    assertThat(spent).isEqualTo(8);
    assertThat(balance(ada)).isEqualTo(15 - spent - expired.get());
    Invariants.hold(auditReader(), List.of(ada));
  }

  // Adjustments

  @Test
  default void an_adjustment_changes_the_balance_once_and_records_its_reason_and_operator() {
    var ada = user(5);
    var more = adjustment(3);
    var fewer = adjustment(-7);

    assertThat(ledger().adjust(ada, more)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, more)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, fewer)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, fewer)).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isEqualTo(1);
    assertThat(ledger().statement(ada, 2, null).items()).containsExactly(fewer, more);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_adjustment_id_is_applied_once_whichever_operator_repeats_it() {
    var ada = user(5);
    var first = adjustment(-5);

    var outcomes = Race.of(16, i -> ledger().adjust(ada, repeat(first, "operator " + i)));

    assertThat(outcomes).containsOnly(new Adjusted());
    assertThat(balance(ada)).isZero();
    assertThat(ledger().statement(ada, 10, null).items()).hasSize(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  private static Adjustment repeat(Adjustment first, String actor) {
    return Adjustment.of(first.id(), first.change(), "a mistake", actor, SAMPLES.now());
  }

  @Test
  default void an_adjustment_id_cannot_be_reused() {
    var ada = user(5);
    var eve = user(5);
    var first = adjustment(2);
    var purchase = ledger().statement(ada, 10, null).items().getFirst().id();
    assertThat(ledger().adjust(ada, first)).isEqualTo(new Adjusted());

    var others =
        List.of(
            ledger().adjust(ada, of(first.id(), 3, "a mistake")),
            ledger().adjust(ada, of(first.id(), -2, "a mistake")),
            ledger().adjust(ada, of(first.id(), -99, "a mistake")),
            ledger().adjust(ada, of(first.id(), 2, "another mistake")),
            ledger().adjust(eve, of(first.id(), 2, "a mistake")),
            ledger().adjust(eve, of(first.id(), -99, "a mistake")),
            ledger().adjust(ada, of(purchase, 2, "a mistake")));

    assertThat(others).containsOnly(new IdTaken());
    assertThat(balance(ada)).isEqualTo(7);
    assertThat(balance(eve)).isEqualTo(5);
    Invariants.hold(auditReader(), List.of(ada, eve));
  }

  private static Adjustment of(TransactionId id, int change, String reason) {
    return Adjustment.of(id, change, reason, "eve", SAMPLES.now());
  }

  @Test
  default void an_adjustment_never_removes_more_than_is_available() {
    var ada = user(5);

    assertThat(ledger().adjust(ada, adjustment(-6))).isEqualTo(new TooMuch(credits(5)));
    assertThat(ledger().adjust(newEmail(), adjustment(6)))
        .isEqualTo(new AdjustmentOutcome.NoSuchUser());
    var outcomes = Race.of(16, _ -> ledger().adjust(ada, adjustment(-1)));

    assertThat(outcomes).filteredOn(Adjusted.class::isInstance).hasSize(5);
    assertThat(balance(ada)).isZero();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_adjustment_removes_permanent_credits_first_and_then_the_last_to_expire() {
    var ada = user(2);
    var sooner = promote(ada, 3, inDays(7));
    var _ = promote(ada, 3, inDays(8));
    var adjustment = adjustment(-6);

    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isEqualTo(2);
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(lots(sooner, 2));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_adjustment_removes_no_expired_credits() {
    var ada = user(2);
    var _ = expiringNow(ada, 5);

    assertThat(ledger().adjust(ada, adjustment(-3))).isEqualTo(new TooMuch(credits(2)));
    assertThat(newest(ada, 1)).containsExactly("promotion 5");
    assertThat(ledger().adjust(ada, adjustment(-2))).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isZero();
    assertThat(newest(ada, 2)).containsExactly("adjustment -2", "expiry -5");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_adjustment_settles_a_debt_first() {
    var ada = inDebt(6);

    assertThat(ledger().adjust(ada, adjustment(8))).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(auditReader(), List.of(ada));
  }

  // Helpers

  private static Instant inDays(int days) {
    return Instant.parse("2127-01-01T00:00:00Z").plus(days, ChronoUnit.DAYS);
  }

  private Promotion promote(Email email, int credits, Instant expiresAt) {
    var promotion = SAMPLES.promotion(credits, expiresAt);
    assertThat(ledger().promote(email, promotion, false)).isEqualTo(new Promoted());
    return promotion;
  }

  /** Grants credits that have expired by the next instant of the samples' clock. */
  private Promotion expiringNow(Email email, int credits) {
    var now = SAMPLES.now();
    return promote(email, credits, now.plusNanos(1), now);
  }

  private Promotion promote(Email email, int credits, Instant expiresAt, Instant now) {
    var id = SAMPLES.id();
    var promotion = Promotion.until(expiresAt, id, credits(credits), "sorry " + id, "eve", now);
    assertThat(ledger().promote(email, promotion, false)).isEqualTo(new Promoted());
    return promotion;
  }

  private static Promotion repeat(Promotion promotion) {
    return new Promotion(
        SAMPLES.id(),
        promotion.credits(),
        promotion.description(),
        SAMPLES.now(),
        promotion.expiresAt(),
        "bob");
  }

  private static String reasonFor(Promotion promotion) {
    return promotion.description().substring("Promotion: ".length());
  }

  private static Lots lots(Promotion promotion, int left) {
    return promotion.lots().latest(credits(left));
  }

  private Transaction usageOf(Generation generation) {
    return Invariants.statement(ledger(), generation.email()).stream()
        .filter(
            transaction -> transaction.generationId().filter(generation.id()::equals).isPresent())
        .findFirst()
        .orElseThrow();
  }

  private FinishOutcome release(Generation generation, int credits) {
    return release(generation, credits, SAMPLES.now());
  }

  private FinishOutcome release(Generation generation, int credits, Instant at) {
    var images = 3 - credits * 3 / generation.price().value();
    var end = images == 0 ? failed(generation) : succeeded(generation, images, credits);
    var refund =
        new Refund(SAMPLES.id(), generation.id(), credits(credits), "Refund", at, Lots.NONE);
    return generations().finish(generation, end, refund);
  }

  private static Generation pending(Email email, int price, Instant at) {
    var generation = SAMPLES.order(email, price);
    return new Generation(
        generation.id(),
        email,
        generation.prompt(),
        generation.mode(),
        generation.price(),
        at,
        generation.state());
  }

  /** The type and change of the user's newest transactions, newest first. */
  private List<String> newest(Email email, int count) {
    return ledger().statement(email, count, null).items().stream()
        .map(it -> it.type() + " " + it.change())
        .toList();
  }

  private ReversalOutcome dispute(Sale sale, long withdrawn, long returned) {
    return ledger()
        .reverse(
            Samples.disputed(sale.payment(), "dp_1", 999, withdrawn, returned),
            SAMPLES.id(),
            SAMPLES.now());
  }

  private static Adjustment adjustment(int change) {
    return Adjustment.of(SAMPLES.id(), change, "a mistake", "eve", SAMPLES.now());
  }

  private Email user(int credits) {
    var email = newEmail();
    create(email);
    if (credits > 0) {
      assertThat(ledger().grant(email, SAMPLES.purchase(newSession(), credits), null))
          .isInstanceOf(Granted.class);
    }
    return email;
  }

  private void create(Email email) {
    assertThat(ledger().create(email, null, SAMPLES.now()).email()).isEqualTo(email);
  }

  private Generation started(Email email, int price) {
    var generation = SAMPLES.order(email, price);
    assertThat(start(generation)).isEqualTo(new Started());
    return generation;
  }

  private StartOutcome start(Generation generation) {
    return start(generation, null);
  }

  private StartOutcome start(Generation generation, @Nullable IdempotencyWrite key) {
    return generations().start(generation, usage(generation), key, Limits.NONE);
  }

  private static IdempotencyWrite key(Generation generation, String key, String request) {
    return key(generation, key, request, generation.createdAt(), null);
  }

  private static IdempotencyWrite key(
      Generation generation,
      String key,
      String request,
      Instant at,
      @Nullable GenerationId failed) {
    return new IdempotencyWrite(
        IdempotencyRecord.of(
            generation.email(),
            IdempotencyRecord.Scope.GENERATE,
            new IdempotencyKey(key),
            RequestFingerprint.of(request),
            generation.id().value(),
            at),
        failed);
  }

  private static IdempotencyRecord checkoutRecord(Email email, String request, Instant at) {
    return IdempotencyRecord.of(
        email,
        IdempotencyRecord.Scope.CHECKOUT,
        new IdempotencyKey("key"),
        RequestFingerprint.of(request),
        SAMPLES.id().value(),
        at);
  }

  private int balance(Email email) {
    return ledger().find(email).orElseThrow().credits().value();
  }

  private static String newSession() {
    return "cs_test_" + UUID.randomUUID();
  }
}
