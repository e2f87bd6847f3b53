package dev.photocredits.ledger;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.deleted;
import static dev.photocredits.ledger.Samples.drawn;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.picture;
import static dev.photocredits.ledger.Samples.somebody;
import static dev.photocredits.ledger.Samples.succeeded;
import static dev.photocredits.ledger.Samples.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.Books;
import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.AdjustmentOutcome.TooMuch;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.PromotionOutcome.AlreadyPromoted;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.PromotionOutcome.TooManyLots;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.ReversalOutcome.KnownAlready;
import dev.photocredits.credits.ReversalOutcome.Noted;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User.Underway;
import dev.photocredits.generation.Calls;
import dev.photocredits.generation.FinishOutcome;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Generations.KeyClaim;
import dev.photocredits.generation.Lease;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.NoSuchUser;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.generation.Uncharged;
import dev.photocredits.generation.VariationPrompt;
import dev.photocredits.generation.Wait;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.Claims;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestHash;
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

/** The rules that every {@link Ledger} and its {@link Generations} keep. */
public interface LedgerContract {
  Samples SAMPLES = new Samples(new SecureRandom());

  /** The last day that a test has counted in; the table may be older than this run. */
  AtomicReference<Instant> DAYS =
      new AtomicReference<>(
          Instant.parse("2040-01-01T12:00:00Z")
              .plus(Duration.ofDays(new SecureRandom().nextInt(1_000_000))));

  Ledger ledger();

  Generations generations();

  Claims claims();

  Books books();

  // Users

  @Test
  default void somebody_who_was_never_seen_is_not_found() {
    assertThat(ledger().find(somebody())).isEmpty();
  }

  @Test
  default void a_new_user_has_no_credits_and_no_entries() {
    var ada = somebody();
    var now = SAMPLES.now();

    var user = ledger().create(ada, null, now);

    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.createdAt()).isEqualTo(now);
    assertThat(ledger().find(ada)).contains(user);
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
  }

  @Test
  default void welcome_credits_are_an_entry_like_any_other() {
    var ada = somebody();
    var welcome = SAMPLES.welcome(5);

    var user = ledger().create(ada, welcome, SAMPLES.now());

    assertThat(user.credits()).isEqualTo(credits(5));
    assertThat(ledger().statement(ada, 10, null).items()).containsExactly(welcome);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void creating_a_user_again_changes_nothing() {
    var ada = user(10);

    var again = ledger().create(ada, SAMPLES.welcome(5), SAMPLES.now());

    assertThat(again.credits()).isEqualTo(credits(10));
    assertThat(ledger().find(ada)).contains(again);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void twenty_first_reads_create_one_user_and_welcome_them_once() {
    var ada = somebody();

    var users = Race.of(20, _ -> ledger().create(ada, SAMPLES.welcome(5), SAMPLES.now()));

    assertThat(users).extracting(user -> user.credits()).containsOnly(credits(5));
    assertThat(users)
        .extracting(user -> user.createdAt())
        .hasSize(20)
        .containsOnly(users.getFirst().createdAt());
    assertThat(ledger().statement(ada, 100, null).items()).hasSize(1);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void addresses_of_one_mailbox_are_users_apart_who_are_welcomed_once() {
    var ada = somebody();
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
    Invariants.hold(books(), List.of(ada, tagged));
  }

  @Test
  default void addresses_of_one_mailbox_that_come_at_once_are_welcomed_once() {
    var ada = somebody();

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
  default void the_first_customer_of_a_user_stays() {
    var ada = user(0);

    var first = ledger().linkCustomer(ada, new CustomerId("cus_1"), null, SAMPLES.now());
    var second = ledger().linkCustomer(ada, new CustomerId("cus_2"), null, SAMPLES.now());

    assertThat(first).isEqualTo(second).isEqualTo(new CustomerId("cus_1"));
    assertThat(ledger().find(ada).orElseThrow().customer()).contains(first);
  }

  @Test
  default void a_race_for_the_customer_has_one_winner() {
    var ada = user(0);

    var customers =
        Race.of(
            16, i -> ledger().linkCustomer(ada, new CustomerId("cus_" + i), null, SAMPLES.now()));

    assertThat(customers).containsOnly(ledger().find(ada).orElseThrow().customer().orElseThrow());
  }

  @Test
  default void a_customer_who_was_deleted_is_replaced_and_no_other() {
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
  default void a_race_to_replace_a_customer_has_one_winner() {
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
  default void a_user_without_a_customer_is_linked_to_the_one_that_replaces_a_deleted_one() {
    var ada = user(0);
    var next = new CustomerId("cus_2");

    var linked = ledger().linkCustomer(ada, next, new CustomerId("cus_1"), SAMPLES.now());

    assertThat(linked).isEqualTo(next);
    assertThat(ledger().find(ada).orElseThrow().customer()).contains(next);
  }

  @Test
  default void a_customer_of_an_unknown_user_is_refused() {
    var nobody = somebody();

    assertThatThrownBy(
            () -> ledger().linkCustomer(nobody, new CustomerId("cus_1"), null, SAMPLES.now()))
        .isInstanceOf(RuntimeException.class);

    assertThat(ledger().find(nobody)).isEmpty();
  }

  // Purchases

  @Test
  default void a_purchase_adds_its_credits_and_what_was_paid() {
    var ada = user(0);
    var purchase = SAMPLES.purchase(session(), 10);

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
    var session = session();
    assertThat(ledger().findGrant(new SessionId(session))).isEmpty();
    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isInstanceOf(Granted.class);

    assertThat(ledger().findGrant(new SessionId(session))).isPresent();
    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isEqualTo(new AlreadyGranted(false));

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void money_in_another_currency_that_came_before_a_grant_is_told_by_each_repeat() {
    var ada = user(0);
    var payment = payment();
    var purchase = SAMPLES.purchase(session(), 10);
    var charge = new Charge(payment, Money.usd(999));
    var euros = new Refunded(payment, new Money(500, "eur"));
    assertThat(ledger().reverse(euros, SAMPLES.id(), SAMPLES.now())).isInstanceOf(Noted.class);

    assertThat(ledger().grant(ada, purchase, charge))
        .isEqualTo(new Granted(credits(10), credits(0), true));

    assertThat(ledger().grant(ada, purchase, charge)).isEqualTo(new AlreadyGranted(true));
    assertThat(ledger().findGrant(purchase.session())).contains(new AlreadyGranted(true));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_checkout_session_grants_to_one_user_only() {
    var ada = user(0);
    var bob = user(0);
    var session = session();
    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isInstanceOf(Granted.class);

    assertThat(ledger().grant(bob, SAMPLES.purchase(session, 10), null))
        .isEqualTo(new AlreadyGranted(false));

    assertThat(balance(bob)).isZero();
    Invariants.hold(books(), List.of(ada, bob));
  }

  @Test
  default void a_hundred_deliveries_at_once_of_one_session_grant_once() {
    var ada = user(0);
    var session = session();

    var outcomes = Race.of(100, _ -> ledger().grant(ada, SAMPLES.purchase(session, 10), null));

    assertThat(outcomes).filteredOn(Granted.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(AlreadyGranted.class::isInstance).hasSize(99);
    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void many_sessions_at_once_all_grant() {
    var ada = user(0);

    var outcomes = Race.of(32, _ -> ledger().grant(ada, SAMPLES.purchase(session(), 10), null));

    assertThat(outcomes).hasOnlyElementsOfType(Granted.class);
    assertThat(balance(ada)).isEqualTo(320);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_purchase_of_an_unknown_user_writes_nothing_and_can_be_granted_later() {
    var ada = somebody();
    var session = session();

    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isEqualTo(new GrantOutcome.NoSuchUser());

    assertThat(ledger().find(ada)).isEmpty();
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
    ledgerWith(ada);
    assertThat(ledger().grant(ada, SAMPLES.purchase(session, 10), null))
        .isInstanceOf(Granted.class);
  }

  @Test
  default void an_entry_is_never_overwritten() {
    var ada = user(0);
    var first = SAMPLES.purchase(session(), 10);
    assertThat(ledger().grant(ada, first, null)).isInstanceOf(Granted.class);

    assertThatThrownBy(() -> ledger().grant(ada, SAMPLES.purchase(first.id(), session(), 50), null))
        .isInstanceOf(RuntimeException.class);

    assertThat(ledger().statement(ada, 10, null).items()).containsExactly(first);
    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  default void the_mark_of_a_session_leads_to_its_purchase() {
    var ada = somebody();
    assertThat(ledger().create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    var purchase = SAMPLES.purchase("cs_" + ada.value(), 10);
    assertThat(ledger().grant(ada, purchase, null)).isInstanceOf(Granted.class);
    var mark = books().account(ada).marks().getFirst();

    assertThat(books().entry(mark)).contains(purchase);
    var stray = new SessionMark(mark.session(), ada, SAMPLES.id(), null, null);
    assertThat(books().entry(stray)).isEmpty();
  }

  // Money that moves

  @Test
  default void a_purchase_whose_money_is_refunded_is_taken_back() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var id = SAMPLES.id();
    var now = SAMPLES.now();

    var outcome = ledger().reverse(new Refunded(sale.payment(), Money.usd(999)), id, now);

    assertThat(outcome).isEqualTo(new Reversed(ada, -10));
    assertThat(balance(ada)).isZero();
    assertThat(ledger().statement(ada, 1, null).items())
        .containsExactly(
            new Reversal(
                id, sale.session(), -10, 0, "Reversal: the payment was returned", now, Lots.NONE));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_part_of_the_money_takes_back_its_part_of_the_credits_rounded_down() {
    var ada = user(0);
    var sale = sale(ada, 10);

    assertThat(refund(sale, 99)).isEqualTo(new Noted());
    assertThat(refund(sale, 500)).isEqualTo(new Reversed(ada, -5));
    assertThat(refund(sale, 998)).isEqualTo(new Reversed(ada, -4));

    assertThat(balance(ada)).isEqualTo(1);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void news_that_are_known_or_older_change_nothing() {
    var ada = user(0);
    var sale = sale(ada, 10);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(refund(sale, 999)).isEqualTo(new KnownAlready());
    assertThat(refund(sale, 500)).isEqualTo(new KnownAlready());

    assertThat(balance(ada)).isZero();
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void never_more_is_taken_back_than_the_payment_granted() {
    var ada = user(20);
    var sale = sale(ada, 10);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Noted());
    assertThat(refund(sale, 99_999)).isEqualTo(new Noted());

    assertThat(balance(ada)).isEqualTo(20);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_dispute_takes_and_its_end_gives_back() {
    var ada = user(0);
    var sale = sale(ada, 10);

    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));
    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));
    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new KnownAlready());
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new KnownAlready());

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void the_end_of_a_dispute_may_be_heard_of_before_its_beginning() {
    var ada = user(0);
    var sale = sale(ada, 10);

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Noted());
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new KnownAlready());

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_was_spent_is_owed_and_the_balance_stays_at_zero() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 7);

    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(7));
    assertThat(ledger().statement(ada, 1, null).items().getFirst().change()).isEqualTo(-3);
    assertThat(start(SAMPLES.order(ada, 1))).isEqualTo(new InsufficientCredits(credits(0)));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void the_next_purchase_settles_the_debt_first() {
    var ada = inDebt(7);

    var _ = sale(ada, 10);

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(3));
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(ledger().statement(ada, 2, null).items())
        .extracting(entry -> entry.type() + " " + entry.change())
        .containsExactly("reversal -7", "purchase 10");
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void purchases_at_once_settle_a_debt_once() {
    var ada = inDebt(7);

    var outcomes = Race.of(16, _ -> ledger().grant(ada, SAMPLES.purchase(session(), 1), null));

    assertThat(outcomes).hasOnlyElementsOfType(Granted.class);
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(9));
    assertThat(user.debt()).isEqualTo(credits(0));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_purchase_that_does_not_cover_the_debt_leaves_the_rest_of_it() {
    var ada = inDebt(7);

    var _ = sale(ada, 4);

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(3));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_dispute_that_is_won_settles_the_debt_that_it_made() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 7);
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(3));
    assertThat(user.debt()).isEqualTo(credits(0));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void credits_that_a_generation_gives_back_settle_a_debt_first() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var order = started(ada, 7);
    assertThat(refund(sale, 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(generations().finish(order, failed(order), SAMPLES.refund(order, 7)))
        .isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.debt()).isEqualTo(credits(0));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void money_that_went_back_before_its_credits_were_granted_is_taken_back_with_the_grant() {
    var ada = user(0);
    var payment = payment();
    assertThat(ledger().reverse(new Refunded(payment, Money.usd(500)), SAMPLES.id(), SAMPLES.now()))
        .isEqualTo(new Noted());

    var purchase = SAMPLES.purchase(session(), 10);
    assertThat(ledger().grant(ada, purchase, new Charge(payment, Money.usd(999))))
        .isEqualTo(new Granted(credits(10), credits(5), false));

    assertThat(balance(ada)).isEqualTo(5);
    assertThat(ledger().statement(ada, 2, null).items())
        .extracting(entry -> entry.type() + " " + entry.change())
        .containsExactly("reversal -5", "purchase 10");
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_hundred_deliveries_at_once_of_one_refund_take_back_once() {
    var ada = user(0);
    var sale = sale(ada, 10);

    var outcomes = Race.of(100, _ -> refund(sale, 999));

    assertThat(outcomes).filteredOn(Reversed.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(KnownAlready.class::isInstance).hasSize(99);
    assertThat(balance(ada)).isZero();
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_grant_and_all_news_of_its_money_at_once_come_to_the_same() {
    var ada = user(0);
    var payment = payment();
    var session = session();

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
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void spending_and_reversals_at_once_never_lose_a_credit() {
    var ada = user(0);
    var sales = Stream.generate(() -> sale(ada, 10)).limit(4).toList();

    var _ =
        Race.of(
            24,
            i ->
                switch (i % 3) {
                  case 0 -> start(SAMPLES.order(ada, 3));
                  case 1 -> refund(sales.get(i % 4), 999);
                  default -> ledger().grant(ada, SAMPLES.purchase(session(), 1), null);
                });

    Invariants.hold(books(), List.of(ada));
  }

  /** What a purchase is known by: at Stripe, and here. */
  record Sale(PaymentIntentId payment, SessionId session) {}

  private Sale sale(Email email, int credits) {
    var purchase = SAMPLES.purchase(session(), credits);
    var payment = payment();
    assertThat(ledger().grant(email, purchase, new Charge(payment, Money.usd(999))))
        .isInstanceOf(Granted.class);
    return new Sale(payment, purchase.session());
  }

  /** Somebody who owes so many credits. */
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

  private static MoneyMoved refunded(PaymentIntentId payment, int cents) {
    return new Refunded(payment, Money.usd(cents));
  }

  private ReversalOutcome withdraw(Sale sale, String dispute, int cents) {
    var news = Samples.withdrawn(sale.payment(), dispute, cents);
    return ledger().reverse(news, SAMPLES.id(), SAMPLES.now());
  }

  private ReversalOutcome reinstate(Sale sale, String dispute, int cents) {
    var news = Samples.reinstated(sale.payment(), dispute, cents);
    return ledger().reverse(news, SAMPLES.id(), SAMPLES.now());
  }

  private static PaymentIntentId payment() {
    return new PaymentIntentId("pi_" + UUID.randomUUID());
  }

  // Taking

  @Test
  default void an_order_takes_its_price_and_is_pending() {
    var ada = user(10);
    var order = SAMPLES.order(ada, 3);

    assertThat(generations().start(order, usage(order), null, Limits.NONE))
        .isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(7);
    assertThat(generations().find(ada, order.id())).contains(order);
    assertThat(ledger().statement(ada, 1, null).items()).containsExactly(usage(order));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void the_last_credits_can_be_spent() {
    var ada = user(3);
    var order = SAMPLES.order(ada, 3);

    assertThat(generations().start(order, usage(order), null, Limits.NONE))
        .isEqualTo(new Started());

    assertThat(balance(ada)).isZero();
  }

  @Test
  default void an_order_that_the_balance_does_not_cover_writes_nothing() {
    var ada = user(2);
    var order = SAMPLES.order(ada, 3);

    assertThat(generations().start(order, usage(order), null, Limits.NONE))
        .isEqualTo(new InsufficientCredits(credits(2)));

    assertThat(balance(ada)).isEqualTo(2);
    assertThat(generations().find(ada, order.id())).isEmpty();
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void an_order_of_an_unknown_user_writes_nothing() {
    var order = SAMPLES.order(somebody(), 3);

    assertThat(generations().start(order, usage(order), null, Limits.NONE))
        .isEqualTo(new StartOutcome.NoSuchUser());

    assertThat(ledger().find(order.email())).isEmpty();
    assertThat(generations().find(order.email(), order.id())).isEmpty();
  }

  @Test
  default void sixty_four_orders_at_once_get_what_ten_credits_can_pay() {
    var ada = user(10);

    var outcomes = Race.of(64, _ -> start(SAMPLES.order(ada, 3)));

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(3);
    assertThat(outcomes).filteredOn(InsufficientCredits.class::isInstance).hasSize(61);
    assertThat(balance(ada)).isEqualTo(1);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_repeated_order_takes_once_even_when_nothing_is_left() {
    var ada = user(3);
    var order = SAMPLES.order(ada, 3);
    assertThat(start(order)).isEqualTo(new Started());

    assertThat(start(order)).isEqualTo(new Started());

    assertThat(balance(ada)).isZero();
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void another_order_cannot_take_the_id_of_a_generation() {
    var ada = user(10);
    var order = SAMPLES.order(ada, 3);
    assertThat(start(order)).isEqualTo(new Started());

    assertThatThrownBy(
            () -> generations().start(order, usage(SAMPLES.id(), order), null, Limits.NONE))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(ada)).isEqualTo(7);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void another_order_cannot_take_the_id_of_an_entry() {
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
  default void purchases_and_orders_at_once_all_count() {
    var ada = user(30);

    var outcomes =
        Race.of(
            20,
            i ->
                i % 2 == 0
                    ? start(SAMPLES.order(ada, 3))
                    : ledger().grant(ada, SAMPLES.purchase(session(), 10), null));

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(10);
    assertThat(outcomes).filteredOn(Granted.class::isInstance).hasSize(10);
    assertThat(balance(ada)).isEqualTo(30 - 10 * 3 + 10 * 10);
    Invariants.hold(books(), List.of(ada));
  }

  // Keys

  @Test
  default void an_order_under_a_key_is_found_by_its_repeat() {
    var ada = user(10);
    var first = SAMPLES.order(ada, 3);
    assertThat(start(first, key(first, "key", "request"))).isEqualTo(new Started());
    var again = SAMPLES.order(ada, 3);

    var outcome = start(again, key(again, "key", "request"));

    assertThat(outcome).isEqualTo(new KeyTaken(key(first, "key", "request").claim()));
    assertThat(balance(ada)).isEqualTo(7);
    assertThat(generations().find(ada, again.id())).isEmpty();
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void an_order_whose_own_claim_is_there_was_started() {
    var ada = user(10);
    var order = SAMPLES.order(ada, 3);
    assertThat(start(order, key(order, "key", "request"))).isEqualTo(new Started());

    assertThat(start(order, key(order, "key", "request"))).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(7);
  }

  @Test
  default void an_order_that_cannot_be_paid_leaves_its_key_free() {
    var ada = user(2);
    var order = SAMPLES.order(ada, 3);
    assertThat(start(order, key(order, "key", "request")))
        .isEqualTo(new InsufficientCredits(credits(2)));
    assertThat(ledger().grant(ada, SAMPLES.purchase(session(), 10), null))
        .isInstanceOf(Granted.class);

    assertThat(start(order, key(order, "key", "another"))).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(9);
  }

  @Test
  default void a_key_that_is_taken_is_told_before_a_balance_that_does_not_cover_the_price() {
    var ada = user(3);
    var first = SAMPLES.order(ada, 3);
    assertThat(start(first, key(first, "key", "request"))).isEqualTo(new Started());
    var again = SAMPLES.order(ada, 3);

    assertThat(start(again, key(again, "key", "request"))).isInstanceOf(KeyTaken.class);
  }

  @Test
  default void a_key_stands_for_something_else_for_somebody_else() {
    var ada = user(10);
    var bob = user(10);
    var adas = SAMPLES.order(ada, 3);
    var bobs = SAMPLES.order(bob, 3);
    assertThat(start(adas, key(adas, "key", "request"))).isEqualTo(new Started());

    assertThat(start(bobs, key(bobs, "key", "request"))).isEqualTo(new Started());
  }

  @Test
  default void a_claim_that_has_expired_is_as_good_as_none() {
    var ada = user(10);
    var first = SAMPLES.order(ada, 3);
    var old = first.createdAt().minus(Duration.ofHours(24));
    assertThat(start(first, key(first, "key", "request", old, null))).isEqualTo(new Started());
    var next = SAMPLES.order(ada, 3);

    assertThat(start(next, key(next, "key", "another"))).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(4);
  }

  @Test
  default void a_key_passes_from_the_generation_that_failed_to_the_next_and_only_once() {
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
  default void of_many_orders_at_once_under_one_key_one_is_started() {
    var ada = user(30);

    var outcomes =
        Race.of(
            32,
            _ -> {
              var order = SAMPLES.order(ada, 3);
              return start(order, key(order, "key", "request"));
            });

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(KeyTaken.class::isInstance).hasSize(31);
    assertThat(balance(ada)).isEqualTo(27);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void of_many_claims_at_once_of_one_key_one_holds() {
    var ada = somebody();
    var now = SAMPLES.now();

    var holders = Race.of(16, i -> claims().claim(claim(ada, "request " + i, now), null, now));

    assertThat(holders).containsOnly(claims().claim(claim(ada, "request", now), null, now));
  }

  @Test
  default void a_claim_outside_of_the_ledger_lasts_a_day() {
    var ada = somebody();
    var now = SAMPLES.now();
    var first = claim(ada, "request", now);
    assertThat(claims().claim(first, null, now)).isEqualTo(first);

    var nearly = now.plus(Duration.ofHours(24)).minusSeconds(1);
    var after = now.plus(Duration.ofHours(24));
    var next = claim(ada, "another", after);

    assertThat(claims().claim(claim(ada, "another", nearly), null, nearly)).isEqualTo(first);
    assertThat(claims().claim(next, null, after)).isEqualTo(next);
  }

  @Test
  default void of_many_who_saw_a_claims_result_fail_one_claims_anew() {
    var ada = somebody();
    var now = SAMPLES.now();
    var first = claims().claim(claim(ada, "request", now), null, now);

    var holders = Race.of(16, _ -> claims().claim(claim(ada, "request", now), first.result(), now));
    var unaware = claims().claim(claim(ada, "request", now), null, now);
    var late = claims().claim(claim(ada, "request", now), first.result(), now);

    assertThat(holders).containsOnly(unaware);
    assertThat(late).isEqualTo(unaware);
    assertThat(unaware.result()).isNotEqualTo(first.result());
  }

  // Leases

  @Test
  default void a_generation_is_overdue_from_the_end_of_its_lease_until_it_is_finished() {
    var order = started(user(10), 3);
    var end = ((Pending) order.state()).leaseExpiresAt();
    var lease = new Lease(order.email(), order.id(), end);

    assertThat(generations().overdue(end.minusNanos(1), 100_000, null).items())
        .doesNotContain(lease);
    assertThat(generations().overdue(end, 100_000, null).items()).contains(lease);
    assertThat(generations().finish(order, failed(order), SAMPLES.refund(order, 3)))
        .isEqualTo(new Finished());

    assertThat(generations().overdue(end, 100_000, null).items()).doesNotContain(lease);
  }

  @Test
  default void overdue_generations_come_in_pages_the_oldest_lease_first() {
    var ada = user(30);
    var orders = Stream.generate(() -> started(ada, 1)).limit(7).toList();
    var end = ((Pending) orders.getLast().state()).leaseExpiresAt();

    var found = new ArrayList<Lease>();
    Page<Lease> page;
    do {
      page = generations().overdue(end, 3, found.isEmpty() ? null : found.getLast());
      assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
      found.addAll(page.items());
    } while (page.hasMore());

    assertThat(found).isSortedAccordingTo(Comparator.comparing(Lease::expiresAt));
    assertThat(found.stream().filter(lease -> lease.owner().equals(ada)).map(Lease::generation))
        .containsExactlyElementsOf(orders.stream().map(Generation::id).toList());
  }

  @Test
  default void a_key_is_known_by_who_holds_it_and_asking_writes_nothing() {
    var ada = user(10);
    var order = SAMPLES.order(ada, 3);
    var claim = key(order, "key-1", "request").claim().alsoFor(RequestHash.of("reference"));
    var key = new KeyClaim(claim, null);
    assertThat(generations().holder(ada, new IdempotencyKey("key-1"))).isEmpty();
    assertThat(start(order, key)).isEqualTo(new Started());

    assertThat(generations().holder(ada, new IdempotencyKey("key-1"))).contains(key.claim());
    assertThat(generations().holder(ada, new IdempotencyKey("key-2"))).isEmpty();
    assertThat(generations().holder(user(10), new IdempotencyKey("key-1"))).isEmpty();
    assertThat(balance(ada)).isEqualTo(7);
  }

  // Limits

  @Test
  default void no_more_generations_are_pending_than_are_allowed() {
    var ada = user(100);
    var orders = Stream.generate(() -> SAMPLES.order(ada, 3)).limit(16).toList();
    var limits = Limits.NONE.with(Limit.PENDING, 3);

    var outcomes =
        Race.of(16, i -> generations().start(orders.get(i), usage(orders.get(i)), null, limits));

    assertThat(outcomes.stream().filter(new Started()::equals)).hasSize(3);
    assertThat(outcomes).containsOnly(new Started(), new LimitReached(Limit.PENDING));
    assertThat(ledger().find(ada).orElseThrow().underway()).isEqualTo(new Underway(3, credits(9)));
    assertThat(balance(ada)).isEqualTo(91);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void whatever_ends_makes_room_for_another_one() {
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
    assertThat(ledger().find(ada).orElseThrow().underway()).isEqualTo(Underway.NOTHING);
    assertThat(generations().start(second, usage(second), null, limits)).isEqualTo(new Started());
    assertThat(generations().finish(second, failed(second), SAMPLES.refund(second, 3)))
        .isEqualTo(new Finished());
    assertThat(generations().start(third, usage(third), null, limits)).isEqualTo(new Started());
    assertThat(generations().finish(third, deleted(third, 3), SAMPLES.refund(third, 3)))
        .isEqualTo(new Finished());
    assertThat(ledger().find(ada).orElseThrow().underway()).isEqualTo(Underway.NOTHING);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void who_can_pay_no_more_hears_of_that_and_not_of_limits() {
    var ada = user(3);
    var limits = Limits.NONE.with(Limit.PENDING, 1);
    var first = SAMPLES.order(ada, 3);
    var second = SAMPLES.order(ada, 3);
    assertThat(generations().start(first, usage(first), null, limits)).isEqualTo(new Started());

    assertThat(generations().start(second, usage(second), null, limits))
        .isEqualTo(new InsufficientCredits(credits(0)));
  }

  @Test
  default void no_more_requests_of_an_hour_go_on_to_their_photo_than_are_allowed() {
    var ada = user(100);
    var limits = Limits.NONE.with(Limit.HOURLY, 5);
    var hour = SAMPLES.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));

    var outcomes = Race.of(16, _ -> attempt(ada, limits, hour));

    assertThat(outcomes.stream().filter(Optional::isEmpty)).hasSize(5);
    assertThat(outcomes)
        .containsOnly(Optional.empty(), Optional.of(new LimitReached(Limit.HOURLY)));
    assertThat(attempt(ada, limits, hour.plus(Duration.ofHours(1)))).isEmpty();
    assertThat(balance(ada)).isEqualTo(100);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_could_not_start_hears_why_before_its_photo_is_looked_at() {
    var stranger = somebody();
    var poor = user(2);
    var busy = user(100);
    var refused = user(100);
    var limits = Limits.NONE.with(Limit.PENDING, 1).with(Limit.UNCHARGED, 3);
    var hour = newDay();
    var running = at(SAMPLES.order(busy, 3), hour);
    assertThat(begin(running, limits)).isEqualTo(new Started());
    var vain = at(SAMPLES.order(refused, 3), hour);
    assertThat(begin(vain, limits)).isEqualTo(new Started());
    assertThat(
            generations()
                .finish(vain, failed(vain), SAMPLES.refund(vain, 3), new Uncharged(3, 0, hour)))
        .isEqualTo(new Finished());

    assertThat(attempt(stranger, limits, hour)).contains(new NoSuchUser());
    assertThat(attempt(poor, limits, hour)).contains(new InsufficientCredits(credits(2)));
    assertThat(attempt(busy, limits, hour)).contains(new LimitReached(Limit.PENDING));
    assertThat(attempt(refused, limits, hour)).contains(new LimitReached(Limit.UNCHARGED));
    assertThat(attempt(refused, limits, hour.plus(Duration.ofHours(1)))).isEmpty();
  }

  private Optional<StartOutcome.Refusal> attempt(Email owner, Limits limits, Instant now) {
    return generations().attempt(owner, credits(3), limits, now);
  }

  @Test
  default void no_more_pictures_of_a_day_are_reserved_than_are_allowed_for_all_and_for_one() {
    var ada = user(100);
    var eve = user(100);
    var day = newDay();
    var limits = Limits.NONE.with(Limit.DAILY, 9).with(Limit.SHARE, 6);
    var adas = Stream.generate(() -> counted(ada, day)).limit(8).toList();
    var eves = Stream.generate(() -> counted(eve, day)).limit(2).toList();
    var later = counted(eve, day.plus(Duration.ofDays(1)));

    var outcomes = Race.of(8, i -> begin(adas.get(i), limits));
    var first = begin(eves.getFirst(), limits);
    var second = begin(eves.getLast(), limits);

    assertThat(outcomes.stream().filter(new Started()::equals)).hasSize(2);
    assertThat(outcomes).containsOnly(new Started(), new LimitReached(Limit.SHARE));
    assertThat(first).isEqualTo(new Started());
    assertThat(second).isEqualTo(new LimitReached(Limit.DAILY));
    assertThat(begin(eves.getFirst(), limits)).isEqualTo(new Started());
    assertThat(begin(later, limits)).isEqualTo(new Started());
    Invariants.hold(books(), List.of(ada, eve));
  }

  @Test
  default void a_cap_below_one_generation_lets_none_begin() {
    var order = counted(user(10), newDay());

    assertThat(begin(order, Limits.NONE.with(Limit.DAILY, 2)))
        .isEqualTo(new LimitReached(Limit.DAILY));

    assertThat(balance(order.email())).isEqualTo(10);
  }

  @Test
  default void an_attempt_is_counted_once_and_another_one_beyond_what_is_reserved() {
    var day = newDay();
    var limits = Limits.NONE.with(Limit.DAILY, 6);
    var order = counted(user(100), day);
    var other = counted(user(100), day);
    assertThat(begin(order, limits)).isEqualTo(new Started());
    var attempts = Stream.generate(UUID::randomUUID).limit(2).toList();

    var first = generations().ask(order, attempts.getFirst(), 3, limits, day).orElseThrow();
    var again = generations().ask(order, attempts.getFirst(), 3, limits, day);
    var second = generations().ask(order, attempts.getLast(), 2, limits, day).orElseThrow();
    var full = generations().ask(order, UUID.randomUUID(), 2, limits, day);

    assertThat(calls(first)).isEqualTo(new Calls(0, 3, Set.of(attempts.getFirst())));
    assertThat(again).contains(first);
    assertThat(calls(second)).isEqualTo(new Calls(0, 5, Set.copyOf(attempts)));
    assertThat(full).isEmpty();
    assertThat(generations().find(order.email(), order.id())).contains(second);
    assertThat(begin(other, limits)).isEqualTo(new LimitReached(Limit.DAILY));
    assertThat(generations().ask(order, UUID.randomUUID(), 1, limits, day)).isPresent();
  }

  @Test
  default void attempts_at_once_are_each_counted() {
    var day = newDay();
    var order = counted(user(100), day);
    var limits = Limits.NONE.with(Limit.DAILY, 9);
    assertThat(begin(order, limits)).isEqualTo(new Started());

    var asked =
        Race.of(6, _ -> generations().ask(order, UUID.randomUUID(), 3, limits, day).isPresent());

    assertThat(asked.stream().filter(yes -> yes)).hasSize(3);
    assertThat(calls(generations().find(order.email(), order.id()).orElseThrow()).asked())
        .isEqualTo(9);
  }

  @Test
  default void what_is_asked_for_on_another_day_counts_there_and_leaves_what_was_reserved() {
    var day = newDay();
    var next = day.plus(Duration.ofDays(1));
    var limits = Limits.NONE.with(Limit.DAILY, 3);
    var order = counted(user(100), day);
    assertThat(begin(order, limits)).isEqualTo(new Started());
    assertThat(begin(counted(user(100), day), limits)).isEqualTo(new LimitReached(Limit.DAILY));

    var asked = generations().ask(order, UUID.randomUUID(), 3, limits, next).orElseThrow();

    assertThat(calls(asked).reserved()).isZero();
    assertThat(begin(counted(user(100), day), limits)).isEqualTo(new Started());
    assertThat(begin(counted(user(100), next), limits)).isEqualTo(new LimitReached(Limit.DAILY));
  }

  @Test
  default void nobody_asks_for_what_has_ended_or_ends_what_was_asked_for_unseen() {
    var order = started(user(10), 3);
    var asked =
        generations().ask(order, UUID.randomUUID(), 3, Limits.NONE, SAMPLES.now()).orElseThrow();

    var blind = generations().finish(order, failed(order), SAMPLES.refund(order, 3));
    var seeing = generations().finish(asked, failed(order), SAMPLES.refund(order, 3));

    assertThat(blind).isEqualTo(new Overtaken(asked));
    assertThat(seeing).isEqualTo(new Finished());
    assertThat(generations().ask(order, UUID.randomUUID(), 3, Limits.NONE, SAMPLES.now()))
        .isEmpty();
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void what_was_counted_and_not_asked_for_is_released_with_the_end_once() {
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
      assertThat(generations().finish(seen, failed(asked), notMade, new Uncharged(0, 2, day)))
          .isEqualTo(new Finished());
    }

    // Of six pictures one was asked for.
    assertThat(begin(counted(user(100), day), limits)).isEqualTo(new Started());
    var last = counted(user(100), day);
    assertThat(begin(last, limits)).isEqualTo(new LimitReached(Limit.DAILY));
    assertThat(begin(last, Limits.NONE.with(Limit.DAILY, 7))).isEqualTo(new Started());
  }

  @Test
  default void pictures_that_end_uncharged_are_counted_in_their_hour_with_the_refund_once() {
    var ada = user(100);
    var limits = Limits.NONE.with(Limit.UNCHARGED, 6);
    var hour = newDay().plus(Duration.ofHours(5));
    for (var vain : List.of(3, 2)) {
      var order = at(SAMPLES.order(ada, 3), hour);
      assertThat(begin(order, limits)).isEqualTo(new Started());
      var refund = SAMPLES.refund(order, 3);
      var uncharged = new Uncharged(vain, 0, hour);
      assertThat(generations().finish(order, failed(order), refund, uncharged))
          .isEqualTo(new Finished());
      assertThat(generations().finish(order, failed(order), refund, uncharged))
          .isEqualTo(new Finished());
    }
    var third = at(SAMPLES.order(ada, 3), hour);

    assertThat(begin(third, limits)).isEqualTo(new Started());
    assertThat(
            generations()
                .finish(third, failed(third), SAMPLES.refund(third, 3), new Uncharged(1, 0, hour)))
        .isEqualTo(new Finished());

    var refused = at(SAMPLES.order(ada, 3), hour);
    assertThat(begin(refused, limits)).isEqualTo(new LimitReached(Limit.UNCHARGED));
    assertThat(begin(refused, Limits.NONE.with(Limit.UNCHARGED, 7))).isEqualTo(new Started());
    assertThat(begin(at(SAMPLES.order(ada, 3), hour.plus(Duration.ofHours(1))), limits))
        .isEqualTo(new Started());
    Invariants.hold(books(), List.of(ada));
  }

  // Waiting

  @Test
  default void no_more_requests_wait_than_are_allowed_until_one_leaves() {
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
  default void a_wait_whose_process_died_ends_by_itself() {
    var ada = user(1);
    var now = SAMPLES.now();
    var limits = Limits.NONE.with(Limit.WAITING, 1);
    assertThat(generations().admit(wait(ada, now.plusSeconds(25)), limits, now)).isTrue();
    var next = wait(ada, now.plusSeconds(50));

    assertThat(generations().admit(next, limits, now.plusSeconds(24))).isFalse();

    assertThat(generations().admit(next, limits, now.plusSeconds(25))).isTrue();
  }

  @Test
  default void who_never_waited_may_leave() {
    var ada = user(1);

    generations().leave(wait(ada, SAMPLES.now()));

    assertThat(generations().admit(wait(ada, Instant.MAX), Limits.NONE, SAMPLES.now())).isTrue();
  }

  private static Wait wait(Email owner, Instant until) {
    return new Wait(owner, UUID.randomUUID(), until);
  }

  private StartOutcome begin(Generation order, Limits limits) {
    return generations().start(order, usage(order), null, limits);
  }

  private static Calls calls(Generation generation) {
    return ((Pending) generation.state()).calls();
  }

  /** A day that no other test counts in: the counters of a day are everybody's. */
  private static Instant newDay() {
    return DAYS.updateAndGet(day -> day.plus(Duration.ofDays(3)));
  }

  /** One that begins then, with its pictures reserved. */
  private static Generation counted(Email owner, Instant time) {
    var order = at(SAMPLES.order(owner, 3), time);
    var calls = new Calls(VariationPrompt.COUNT, 0, Set.of());
    return new Generation(
        order.id(),
        owner,
        order.prompt(),
        order.mode(),
        order.price(),
        time,
        new Pending(time.plus(Duration.ofMinutes(20)), List.of(), calls));
  }

  private static Generation at(Generation order, Instant time) {
    return new Generation(
        order.id(),
        order.email(),
        order.prompt(),
        order.mode(),
        order.price(),
        time,
        order.state());
  }

  // Finishing

  @Test
  default void a_generation_that_delivered_everything_keeps_its_price() {
    var order = started(user(10), 3);
    var delivered = succeeded(order, 3, 0);

    assertThat(generations().finish(order, delivered, null)).isEqualTo(new Finished());

    assertThat(generations().find(order.email(), order.id())).contains(delivered);
    assertThat(balance(order.email())).isEqualTo(7);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void a_generation_that_delivered_a_part_gives_back_the_rest() {
    var order = started(user(10), 3);
    var delivered = succeeded(order, 2, 1);
    var refund = SAMPLES.refund(order, 1);

    assertThat(generations().finish(order, delivered, refund)).isEqualTo(new Finished());

    assertThat(generations().find(order.email(), order.id())).contains(delivered);
    assertThat(balance(order.email())).isEqualTo(8);
    assertThat(ledger().statement(order.email(), 1, null).items()).containsExactly(refund);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void a_generation_that_delivered_nothing_gives_back_everything() {
    var order = started(user(10), 3);

    assertThat(generations().finish(order, failed(order), SAMPLES.refund(order, 3)))
        .isEqualTo(new Finished());

    assertThat(generations().find(order.email(), order.id())).contains(failed(order));
    assertThat(balance(order.email())).isEqualTo(10);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void a_repeat_of_the_same_end_is_no_news() {
    var order = started(user(10), 3);
    var delivered = succeeded(order, 2, 1);
    var refund = SAMPLES.refund(order, 1);
    assertThat(generations().finish(order, delivered, refund)).isEqualTo(new Finished());

    assertThat(generations().finish(order, delivered, refund)).isEqualTo(new Finished());

    assertThat(balance(order.email())).isEqualTo(8);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void who_gives_up_second_has_given_nothing_back() {
    var order = started(user(10), 3);
    assertThat(generations().finish(order, failed(order), SAMPLES.refund(order, 3)))
        .isEqualTo(new Finished());

    assertThat(generations().finish(order, failed(order), SAMPLES.refund(order, 3)))
        .isEqualTo(new Overtaken(failed(order)));

    assertThat(balance(order.email())).isEqualTo(10);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void a_refund_under_the_id_of_another_one_has_ended_nothing() {
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
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void whoever_finishes_second_changes_nothing_and_is_told() {
    var order = started(user(10), 3);
    assertThat(generations().finish(order, failed(order), SAMPLES.refund(order, 3)))
        .isEqualTo(new Finished());

    var late = generations().finish(order, succeeded(order, 3, 0), null);
    var later = generations().finish(order, succeeded(order, 1, 2), SAMPLES.refund(order, 2));

    assertThat(late).isEqualTo(new Overtaken(failed(order)));
    assertThat(later).isEqualTo(new Overtaken(failed(order)));
    assertThat(balance(order.email())).isEqualTo(10);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void a_race_of_different_ends_has_one_winner() {
    var order = started(user(10), 3);

    var outcomes =
        Race.of(
            24,
            i ->
                switch (i % 3) {
                  case 0 -> generations().finish(order, failed(order), SAMPLES.refund(order, 3));
                  case 1 ->
                      generations().finish(order, succeeded(order, 2, 1), SAMPLES.refund(order, 1));
                  default -> generations().finish(order, succeeded(order, 3, 0), null);
                });

    var end = generations().find(order.email(), order.id()).orElseThrow();
    assertThat(outcomes)
        .allSatisfy(
            outcome ->
                assertThat(outcome).isIn((FinishOutcome) new Finished(), new Overtaken(end)));
    assertThat(balance(order.email())).isEqualTo(7 + end.refunded().value());
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void pictures_are_added_to_a_pending_generation_each_once() {
    var order = started(user(10), 3);
    var last = new Picture(2, picture(order, 2).image());

    assertThat(generations().add(order, last)).isTrue();
    assertThat(generations().add(order, picture(order, 0))).isTrue();
    assertThat(generations().add(order, last)).isTrue();

    assertThat(generations().find(order.email(), order.id()))
        .contains(order.with(last).with(picture(order, 0)));
    assertThat(balance(order.email())).isEqualTo(7);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void a_second_picture_of_a_variation_is_not_wanted() {
    var order = started(user(10), 3);
    assertThat(generations().add(order, picture(order, 1))).isTrue();

    var other = new Picture(1, picture(order, 2).image());

    assertThat(generations().add(order, other)).isFalse();
    assertThat(generations().find(order.email(), order.id()))
        .contains(order.with(picture(order, 1)));
  }

  @Test
  default void a_race_of_pictures_of_one_variation_has_one_winner() {
    var order = started(user(10), 3);

    var added =
        Race.of(8, i -> generations().add(order, new Picture(0, picture(order, i).image())));

    assertThat(added).containsOnlyOnce(true);
    assertThat(generations().find(order.email(), order.id()).orElseThrow().images()).hasSize(1);
  }

  @Test
  default void no_picture_is_added_to_what_has_ended_or_is_unknown() {
    var order = started(user(10), 3);
    assertThat(generations().finish(order, failed(order), SAMPLES.refund(order, 3)))
        .isEqualTo(new Finished());
    var unknown = SAMPLES.order(order.email(), 3);

    assertThat(generations().add(order, picture(order, 0))).isFalse();
    assertThat(generations().add(unknown, picture(unknown, 0))).isFalse();

    assertThat(generations().find(order.email(), order.id())).contains(failed(order));
    assertThat(generations().find(unknown.email(), unknown.id())).isEmpty();
  }

  @Test
  default void a_repeat_finds_its_picture_although_the_generation_was_delivered_with_it_since() {
    var order = started(user(10), 3);
    assertThat(generations().add(order, picture(order, 0))).isTrue();
    assertThat(
            generations().finish(drawn(order, 1), succeeded(order, 1, 2), SAMPLES.refund(order, 2)))
        .isEqualTo(new Finished());

    assertThat(generations().add(order, picture(order, 0))).isTrue();
    assertThat(generations().add(order, picture(order, 1))).isFalse();

    assertThat(generations().find(order.email(), order.id())).contains(succeeded(order, 1, 2));
  }

  @Test
  default void whoever_ends_a_generation_without_having_seen_its_last_picture_is_told() {
    var order = started(user(10), 3);
    assertThat(generations().add(order, picture(order, 0))).isTrue();

    var blind = generations().finish(order, failed(order), SAMPLES.refund(order, 3));
    var seeing =
        generations().finish(drawn(order, 1), succeeded(order, 1, 2), SAMPLES.refund(order, 2));

    assertThat(blind).isEqualTo(new Overtaken(drawn(order, 1)));
    assertThat(seeing).isEqualTo(new Finished());
    assertThat(balance(order.email())).isEqualTo(9);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void a_pending_generation_is_cancelled_and_given_back_once() {
    var order = started(user(10), 3);
    var deleted = deleted(order, 3);

    var outcomes = Race.of(8, _ -> generations().finish(order, deleted, SAMPLES.refund(order, 3)));

    assertThat(outcomes).containsOnlyOnce(new Finished());
    assertThat(generations().find(order.email(), order.id())).contains(deleted);
    assertThat(generations().add(order, picture(order, 0))).isFalse();
    assertThat(balance(order.email())).isEqualTo(10);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void a_delivered_generation_is_deleted_without_another_refund() {
    var order = started(user(10), 3);
    var delivered = succeeded(order, 2, 1);
    assertThat(generations().finish(order, delivered, SAMPLES.refund(order, 1)))
        .isEqualTo(new Finished());

    assertThat(generations().finish(delivered, deleted(delivered, 1), null))
        .isEqualTo(new Finished());

    assertThat(generations().find(order.email(), order.id())).contains(deleted(delivered, 1));
    assertThat(balance(order.email())).isEqualTo(8);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void what_has_ended_is_no_longer_cancelled_as_if_it_were_pending() {
    var order = started(user(10), 3);
    assertThat(generations().finish(order, succeeded(order, 3, 0), null)).isEqualTo(new Finished());

    assertThat(generations().finish(order, deleted(order, 3), SAMPLES.refund(order, 3)))
        .isEqualTo(new Overtaken(succeeded(order, 3, 0)));

    assertThat(balance(order.email())).isEqualTo(7);
    Invariants.hold(books(), List.of(order.email()));
  }

  @Test
  default void an_unknown_generation_cannot_be_finished() {
    var ada = user(10);
    var order = SAMPLES.order(ada, 3);

    assertThatThrownBy(() -> generations().finish(order, failed(order), SAMPLES.refund(order, 3)))
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> generations().finish(order, succeeded(order, 3, 0), null))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(ada)).isEqualTo(10);
    assertThat(generations().find(ada, order.id())).isEmpty();
  }

  @Test
  default void a_refund_cannot_take_the_id_of_an_entry() {
    var order = started(user(10), 3);

    assertThatThrownBy(
            () ->
                generations()
                    .finish(order, failed(order), SAMPLES.refund(usage(order).id(), order, 3)))
        .isInstanceOf(RuntimeException.class);

    assertThat(balance(order.email())).isEqualTo(7);
    assertThat(generations().find(order.email(), order.id())).contains(order);
  }

  // Lists

  @Test
  default void a_statement_is_read_newest_first_page_by_page() {
    var ada = user(0);
    var purchases = new ArrayList<Transaction>();
    for (var i = 0; i < 7; i++) {
      var purchase = SAMPLES.purchase(session(), 1);
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
    var orders = new ArrayList<Generation>();
    for (var i = 0; i < 4; i++) {
      orders.addFirst(started(ada, 3));
    }

    var first = generations().list(ada, 2, null);
    var second = generations().list(ada, 2, first.items().getLast().id());

    assertThat(first.items()).isEqualTo(orders.subList(0, 2));
    assertThat(second.items()).isEqualTo(orders.subList(2, 4));
    assertThat(List.of(first.hasMore(), second.hasMore())).containsExactly(true, false);
  }

  @Test
  default void a_list_shows_nothing_of_other_people() {
    var ada = user(10);
    var _ = started(ada, 3);

    var bob = user(0);

    assertThat(ledger().statement(bob, 10, null).items()).isEmpty();
    assertThat(generations().list(bob, 10, null).items()).isEmpty();
  }

  // Credits that expire

  @Test
  default void credits_that_are_given_are_on_the_balance_until_they_expire() {
    var ada = user(2);
    var gift = SAMPLES.gift(5, inDays(7));

    assertThat(ledger().promote(ada, gift, false)).isEqualTo(new Promoted());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(7));
    assertThat(user.lots()).isEqualTo(gift.lots());
    assertThat(user.available(inDays(6))).isEqualTo(credits(7));
    assertThat(user.available(inDays(7))).isEqualTo(credits(2));
    assertThat(ledger().statement(ada, 1, null).items()).containsExactly(gift);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void the_same_gift_is_given_once_unless_it_is_to_be_given_again() {
    var ada = user(0);
    var gift = SAMPLES.gift(5, inDays(7));
    var repeated = same(gift);

    assertThat(ledger().promote(ada, gift, false)).isEqualTo(new Promoted());
    assertThat(ledger().promote(ada, repeated, false)).isEqualTo(new AlreadyPromoted());
    assertThat(balance(ada)).isEqualTo(5);
    assertThat(ledger().promote(ada, repeated, true)).isEqualTo(new Promoted());
    assertThat(ledger().promote(ada, repeated, true)).isEqualTo(new AlreadyPromoted());

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_gift_at_once_many_times_is_given_once() {
    var ada = user(1);
    var gift = SAMPLES.gift(5, inDays(7));

    var outcomes = Race.of(16, _ -> ledger().promote(ada, same(gift), false));

    assertThat(outcomes).filteredOn(Promoted.class::isInstance).hasSize(1);
    assertThat(balance(ada)).isEqualTo(6);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_gift_to_nobody_writes_nothing() {
    var ada = somebody();

    assertThat(ledger().promote(ada, SAMPLES.gift(5, inDays(7)), false))
        .isEqualTo(new PromotionOutcome.NoSuchUser());

    assertThat(ledger().find(ada)).isEmpty();
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
  }

  @Test
  default void nobody_has_more_than_twenty_gifts_that_expire() {
    var ada = user(0);
    for (var i = 0; i < Lots.MOST; i++) {
      var _ = given(ada, 1, inDays(7));
    }

    assertThat(ledger().promote(ada, SAMPLES.gift(1, inDays(7)), false))
        .isEqualTo(new TooManyLots());

    assertThat(balance(ada)).isEqualTo(Lots.MOST);
  }

  @Test
  default void a_gift_settles_a_debt_first_and_only_the_rest_expires() {
    var ada = inDebt(6);

    var gift = given(ada, 10, inDays(7));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(user.credits()).isEqualTo(credits(4));
    assertThat(user.lots()).isEqualTo(lots(gift, 4));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_expires_first_is_spent_first() {
    var ada = user(10);
    var later = given(ada, 4, inDays(9));
    var sooner = given(ada, 2, inDays(7));

    var first = started(ada, 3);
    var second = started(ada, 5);

    assertThat(entry(first)).isEqualTo(usage(first).of(lots(sooner, 2).plus(lots(later, 1))));
    assertThat(entry(second)).isEqualTo(usage(second).of(lots(later, 3)));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(balance(ada)).isEqualTo(8);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void an_order_that_took_what_expires_takes_once_however_often_it_is_repeated() {
    var ada = user(0);
    var _ = given(ada, 5, inDays(7));
    var order = started(ada, 3);

    assertThat(start(order)).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_has_expired_cannot_be_spent_even_before_it_is_taken_off_the_balance() {
    var ada = user(2);
    var gift = expiringNow(ada, 5);

    assertThat(start(SAMPLES.order(ada, 3))).isEqualTo(new InsufficientCredits(credits(2)));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(gift.lots());
    var order = started(ada, 2);

    assertThat(entry(order)).isEqualTo(usage(order));
    assertThat(balance(ada)).isZero();
    assertThat(newest(ada, 2)).containsExactly("usage -2", "expiry -5");
    assertThat(ledger().statement(ada, 2, null).items().getLast())
        .isEqualTo(
            new Expiry(
                entry(order).id().plus(-1),
                gift.lots(),
                "Expired: " + reason(gift),
                order.createdAt()));
    assertThat(start(order)).isEqualTo(new Started());
    assertThat(start(SAMPLES.order(ada, 1))).isEqualTo(new InsufficientCredits(credits(0)));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_has_expired_is_taken_off_the_balance_once() {
    var ada = user(2);
    var gift = given(ada, 5, inDays(7));
    var other = given(ada, 1, inDays(8));
    var kept = given(ada, 1, inDays(9));
    var id = SAMPLES.id();

    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(6))).isEqualTo(credits(0));
    assertThat(ledger().expire(ada, id, inDays(8))).isEqualTo(credits(6));
    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(8))).isEqualTo(credits(0));

    assertThat(balance(ada)).isEqualTo(3);
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(kept.lots());
    var ends = ledger().statement(ada, 2, null).items();
    assertThat(ends).extracting(Transaction::change).containsExactly(-1, -5);
    assertThat(ends.getLast())
        .isEqualTo(new Expiry(id, gift.lots(), "Expired: " + reason(gift), inDays(8)));
    assertThat(ends.getFirst().lots()).isEqualTo(other.lots());
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void many_sweepers_at_once_take_what_has_expired_once() {
    var ada = user(2);
    var _ = given(ada, 5, inDays(7));

    var taken = Race.of(16, _ -> ledger().expire(ada, SAMPLES.id(), inDays(7)));

    assertThat(taken).filteredOn(credits(5)::equals).hasSize(1);
    assertThat(taken).filteredOn(Credits::isNone).hasSize(15);
    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void whose_credits_have_expired_is_listed_until_they_are_taken() {
    var ada = user(0);
    var at = inDays(7);
    var _ = given(ada, 5, inDays(30));
    var _ = given(ada, 5, at);
    var bob = user(0);
    var _ = given(bob, 5, at);
    var _ = started(bob, 5);

    assertThat(ledger().expiring(at.minusSeconds(1), 100_000).items()).doesNotContain(ada, bob);
    assertThat(ledger().expiring(at, 100_000).items()).contains(ada).doesNotContain(bob);
    assertThat(ledger().expire(ada, SAMPLES.id(), at)).isEqualTo(credits(5));
    assertThat(ledger().expiring(at, 100_000).items()).doesNotContain(ada);
    assertThat(ledger().expiring(inDays(30), 100_000).items()).contains(ada);
  }

  @Test
  default void nothing_of_an_unknown_user_expires() {
    assertThat(ledger().expire(somebody(), SAMPLES.id(), inDays(7))).isEqualTo(credits(0));
  }

  @Test
  default void what_comes_back_is_for_ever_first_and_then_what_expires_last() {
    var ada = user(1);
    var sooner = given(ada, 1, inDays(7));
    var later = given(ada, 1, inDays(8));
    var order = started(ada, 3);

    assertThat(give(order, 2)).isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(2));
    assertThat(user.lots()).isEqualTo(later.lots());
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots()).isEqualTo(later.lots());
    assertThat(give(started(ada, 2), 2)).isEqualTo(new Finished());
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(later.lots());
    assertThat(sooner.lots()).isNotEqualTo(later.lots());
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_comes_back_after_it_has_expired_expires_at_once() {
    var ada = user(1);
    var gift = given(ada, 5, inDays(7));
    var later = given(ada, 1, inDays(9));
    var order = started(ada, 3);

    assertThat(give(order, 3, inDays(7))).isEqualTo(new Finished());

    assertThat(newest(ada, 2)).containsExactly("expiry -5", "refund 3");
    assertThat(balance(ada)).isEqualTo(2);
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(later.lots());
    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(8))).isEqualTo(credits(0));
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots()).isEqualTo(gift.lots());
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_comes_back_to_a_lot_that_is_gone_already_expires_at_once_too() {
    var ada = user(0);
    var gift = given(ada, 5, inDays(7));
    var order = started(ada, 3);
    assertThat(ledger().expire(ada, SAMPLES.id(), inDays(7))).isEqualTo(credits(2));

    assertThat(give(order, 2, inDays(8))).isEqualTo(new Finished());

    assertThat(newest(ada, 3)).containsExactly("expiry -2", "refund 2", "expiry -2");
    assertThat(ledger().statement(ada, 1, null).items().getFirst().lots()).isEqualTo(lots(gift, 2));
    assertThat(balance(ada)).isZero();
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_comes_back_for_ever_leaves_lots_alone() {
    var ada = user(3);
    var order = started(ada, 3);
    var gift = given(ada, 5, inDays(7));

    assertThat(give(order, 3, inDays(8))).isEqualTo(new Finished());

    assertThat(newest(ada, 1)).containsExactly("refund 3");
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(gift.lots());
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_comes_back_after_it_has_expired_settles_no_debt() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 10);
    var _ = given(ada, 3, inDays(7));
    var order = started(ada, 3);
    assertThat(refund(sale, 200)).isEqualTo(new Reversed(ada, -2));

    assertThat(give(order, 3, inDays(7))).isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(2));
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(newest(ada, 2)).containsExactly("expiry -3", "refund 3");
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_gift_that_has_expired_when_it_is_given_settles_no_debt() {
    var ada = inDebt(6);
    var _ = given(ada, 4, SAMPLES.now());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(6));
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(newest(ada, 2)).containsExactly("expiry -4", "promotion 4");
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_comes_back_settles_a_debt_before_it_can_expire() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 10);
    var _ = given(ada, 2, inDays(7));
    var later = given(ada, 1, inDays(8));
    var order = started(ada, 3);
    assertThat(refund(sale, 200)).isEqualTo(new Reversed(ada, -2));

    assertThat(give(order, 3)).isEqualTo(new Finished());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(user.credits()).isEqualTo(credits(1));
    assertThat(user.lots()).isEqualTo(later.lots());
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void money_that_goes_back_takes_what_is_for_ever_and_then_what_expires_last() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 5);
    var sooner = given(ada, 3, inDays(7));
    var later = given(ada, 3, inDays(8));

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
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void money_that_goes_back_takes_nothing_that_has_expired() {
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
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_dispute_that_is_won_returns_credits_to_their_lots() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 9);
    var sooner = given(ada, 3, inDays(7));
    var later = given(ada, 3, inDays(8));
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));
    assertThat(ledger().find(ada).orElseThrow().debt()).isEqualTo(credits(3));

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(7));
    assertThat(user.lots()).isEqualTo(sooner.lots().plus(later.lots()));
    assertThat(user.reversals()).isEqualTo(OpenReversals.NONE);
    assertThat(newest(ada, 2)).containsExactly("reversal -3", "reversal 10");
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_part_of_a_dispute_that_comes_back_undoes_what_was_taken_last() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 8);
    var sooner = given(ada, 3, inDays(7));
    var later = given(ada, 3, inDays(8));
    assertThat(dispute(sale, 999, 0)).isEqualTo(new Reversed(ada, -10));

    assertThat(dispute(sale, 999, 600)).isEqualTo(new Reversed(ada, 7));

    // As if three credits had been withdrawn, and no more.
    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(user.credits()).isEqualTo(credits(5));
    assertThat(user.lots()).isEqualTo(sooner.lots().plus(lots(later, 2)));
    assertThat(dispute(sale, 999, 999)).isEqualTo(new Reversed(ada, 3));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(sooner.lots().plus(later.lots()));
    assertThat(balance(ada)).isEqualTo(8);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_has_expired_before_its_dispute_is_won_expires_at_once() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 9);
    var _ = given(ada, 3, inDays(7));
    var later = given(ada, 3, inDays(9));
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));

    assertThat(
            ledger()
                .reverse(Samples.reinstated(sale.payment(), "dp_1", 999), SAMPLES.id(), inDays(8)))
        .isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(4));
    assertThat(user.lots()).isEqualTo(later.lots());
    assertThat(newest(ada, 3)).containsExactly("reversal -3", "expiry -3", "reversal 10");
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_settled_the_debt_of_a_dispute_returns_to_its_lot_when_that_is_won() {
    var ada = user(0);
    var sale = sale(ada, 10);
    var _ = started(ada, 10);
    assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -10));
    var gift = given(ada, 4, inDays(7));
    var _ = sale(ada, 10);

    assertThat(reinstate(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, 10));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(14));
    assertThat(user.lots()).isEqualTo(gift.lots());
    assertThat(user.reversals()).isEqualTo(OpenReversals.NONE);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void each_dispute_returns_what_it_took_itself() {
    var ada = user(0);
    var first = sale(ada, 5);
    var second = sale(ada, 5);
    var _ = started(ada, 5);
    var gift = given(ada, 5, inDays(7));
    assertThat(withdraw(first, "dp_1", 999)).isEqualTo(new Reversed(ada, -5));
    assertThat(withdraw(second, "dp_2", 999)).isEqualTo(new Reversed(ada, -5));

    assertThat(reinstate(first, "dp_1", 999)).isEqualTo(new Reversed(ada, 5));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(balance(ada)).isEqualTo(5);
    assertThat(reinstate(second, "dp_2", 999)).isEqualTo(new Reversed(ada, 5));

    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(gift.lots());
    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_a_won_dispute_returns_settles_the_debt_of_another() {
    var ada = user(0);
    var first = sale(ada, 5);
    var second = sale(ada, 5);
    var _ = started(ada, 10);
    var gift = given(ada, 5, inDays(7));
    assertThat(withdraw(first, "dp_1", 999)).isEqualTo(new Reversed(ada, -5));
    assertThat(withdraw(second, "dp_2", 600)).isEqualTo(new Reversed(ada, -3));

    assertThat(reinstate(first, "dp_1", 999)).isEqualTo(new Reversed(ada, 5));
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(lots(gift, 2));
    assertThat(balance(ada)).isEqualTo(2);
    assertThat(reinstate(second, "dp_2", 600)).isEqualTo(new Reversed(ada, 3));

    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(gift.lots());
    assertThat(balance(ada)).isEqualTo(5);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_expires_together_fits_into_one_write_however_many_lots_it_is() {
    var ada = user(1);
    var sales = List.of(sale(ada, Lots.MOST), sale(ada, Lots.MOST), sale(ada, Lots.MOST));
    var _ = started(ada, 3 * Lots.MOST + 1);
    for (var sale : sales) {
      for (var i = 0; i < Lots.MOST; i++) {
        var _ = given(ada, 1, inDays(7));
      }
      assertThat(withdraw(sale, "dp_1", 999)).isEqualTo(new Reversed(ada, -Lots.MOST));
    }
    sales.forEach(sale -> assertThat(reinstate(sale, "dp_1", 999)).isNotNull());
    var _ = sale(ada, 2);
    assertThat(ledger().find(ada).orElseThrow().lots().all()).hasSize(3 * Lots.MOST);
    var order = order(ada, 2, inDays(7));

    assertThat(start(order)).isEqualTo(new Started());

    assertThat(balance(ada)).isZero();
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(ledger().statement(ada, 42, null).items())
        .extracting(Transaction::change)
        .startsWith(-2, -20, -1)
        .endsWith(-1);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void what_has_expired_leaves_room_for_other_gifts() {
    var ada = user(0);
    for (var i = 0; i < Lots.MOST; i++) {
      var _ = given(ada, 1, inDays(2), inDays(1));
    }

    var gift = given(ada, 1, inDays(7), inDays(2));

    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(gift.lots());
    assertThat(balance(ada)).isEqualTo(1);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void orders_and_sweepers_at_once_expire_a_lot_once() {
    var ada = user(4);
    var _ = given(ada, 5, inDays(7));

    var outcomes =
        Race.of(
            16,
            i ->
                i % 2 == 0
                    ? start(order(ada, 1, inDays(7)))
                    : ledger().expire(ada, SAMPLES.id(), inDays(7)));

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(4);
    assertThat(balance(ada)).isZero();
    assertThat(Invariants.statement(ledger(), ada))
        .extracting(Transaction::type)
        .containsOnlyOnce("expiry");
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void several_payments_that_go_back_at_once_leave_no_more_to_expire_than_is_there() {
    var ada = user(0);
    var sales = List.of(sale(ada, 10), sale(ada, 10), sale(ada, 10));
    var _ = started(ada, 10);
    var _ = given(ada, 8, inDays(7));

    var outcomes = Race.of(3, i -> refund(sales.get(i), 999));

    assertThat(outcomes).containsOnly(new Reversed(ada, -10));
    assertThat(ledger().find(ada).orElseThrow().debt()).isEqualTo(credits(2));
    assertThat(balance(ada)).isZero();
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void spending_expiring_and_giving_at_once_never_lose_a_credit() {
    var ada = user(3);
    var _ = given(ada, 4, inDays(7));
    var _ = given(ada, 4, inDays(8));
    var expired = new AtomicInteger();

    var outcomes =
        Race.of(
            16,
            i ->
                switch (i % 4) {
                  case 0 -> ledger().promote(ada, SAMPLES.gift(1, inDays(9)), false);
                  case 1 -> {
                    var gone = ledger().expire(ada, SAMPLES.id(), inDays(7));
                    yield expired.addAndGet(gone.value());
                  }
                  default -> start(SAMPLES.order(ada, 1));
                });

    var spent = Math.toIntExact(outcomes.stream().filter(Started.class::isInstance).count());
    assertThat(spent).isEqualTo(8);
    assertThat(balance(ada)).isEqualTo(15 - spent - expired.get());
    Invariants.hold(books(), List.of(ada));
  }

  // An operator's changes

  @Test
  default void an_adjustment_moves_the_balance_once_and_says_why_and_by_whom() {
    var ada = user(5);
    var more = adjustment(3);
    var fewer = adjustment(-7);

    assertThat(ledger().adjust(ada, more)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, more)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, fewer)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, fewer)).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isEqualTo(1);
    assertThat(ledger().statement(ada, 2, null).items()).containsExactly(fewer, more);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void an_adjustment_is_made_once_for_its_id_by_any_operator_at_any_time() {
    var ada = user(5);
    var first = adjustment(-5);

    var outcomes = Race.of(16, i -> ledger().adjust(ada, again(first, "operator " + i)));

    assertThat(outcomes).containsOnly(new Adjusted());
    assertThat(balance(ada)).isZero();
    assertThat(ledger().statement(ada, 10, null).items()).hasSize(2);
    Invariants.hold(books(), List.of(ada));
  }

  private static Adjustment again(Adjustment first, String actor) {
    return Adjustment.of(first.id(), first.change(), "a mistake", actor, SAMPLES.now());
  }

  @Test
  default void an_id_stands_for_one_adjustment() {
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
    Invariants.hold(books(), List.of(ada, eve));
  }

  private static Adjustment of(TransactionId id, int change, String reason) {
    return Adjustment.of(id, change, reason, "eve", SAMPLES.now());
  }

  @Test
  default void an_adjustment_never_takes_more_than_there_is() {
    var ada = user(5);

    assertThat(ledger().adjust(ada, adjustment(-6))).isEqualTo(new TooMuch(credits(5)));
    assertThat(ledger().adjust(somebody(), adjustment(6)))
        .isEqualTo(new AdjustmentOutcome.NoSuchUser());
    var outcomes = Race.of(16, _ -> ledger().adjust(ada, adjustment(-1)));

    assertThat(outcomes).filteredOn(Adjusted.class::isInstance).hasSize(5);
    assertThat(balance(ada)).isZero();
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void an_adjustment_takes_what_is_for_ever_and_then_what_expires_last() {
    var ada = user(2);
    var sooner = given(ada, 3, inDays(7));
    var _ = given(ada, 3, inDays(8));
    var adjustment = adjustment(-6);

    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new Adjusted());
    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isEqualTo(2);
    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(lots(sooner, 2));
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void an_adjustment_takes_nothing_that_has_expired() {
    var ada = user(2);
    var _ = expiringNow(ada, 5);

    assertThat(ledger().adjust(ada, adjustment(-3))).isEqualTo(new TooMuch(credits(2)));
    assertThat(newest(ada, 1)).containsExactly("promotion 5");
    assertThat(ledger().adjust(ada, adjustment(-2))).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isZero();
    assertThat(newest(ada, 2)).containsExactly("adjustment -2", "expiry -5");
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void an_adjustment_settles_a_debt_first() {
    var ada = inDebt(6);

    assertThat(ledger().adjust(ada, adjustment(8))).isEqualTo(new Adjusted());

    assertThat(balance(ada)).isEqualTo(2);
    Invariants.hold(books(), List.of(ada));
  }

  // What the tests above are told with

  private static Instant inDays(int days) {
    return Instant.parse("2127-01-01T00:00:00Z").plus(days, ChronoUnit.DAYS);
  }

  private Promotion given(Email email, int credits, Instant expiresAt) {
    var gift = SAMPLES.gift(credits, expiresAt);
    assertThat(ledger().promote(email, gift, false)).isEqualTo(new Promoted());
    return gift;
  }

  /** Credits that have expired by the next instant of the samples' clock. */
  private Promotion expiringNow(Email email, int credits) {
    var now = SAMPLES.now();
    return given(email, credits, now.plusNanos(1), now);
  }

  private Promotion given(Email email, int credits, Instant expiresAt, Instant now) {
    var id = SAMPLES.id();
    var gift = Promotion.until(expiresAt, id, credits(credits), "sorry " + id, "eve", now);
    assertThat(ledger().promote(email, gift, false)).isEqualTo(new Promoted());
    return gift;
  }

  private static Promotion same(Promotion gift) {
    return new Promotion(
        SAMPLES.id(), gift.credits(), gift.description(), SAMPLES.now(), gift.expiresAt(), "bob");
  }

  private static String reason(Promotion gift) {
    return gift.description().substring("Promotion: ".length());
  }

  private static Lots lots(Promotion gift, int left) {
    return gift.lots().latest(credits(left));
  }

  private Transaction entry(Generation order) {
    return Invariants.statement(ledger(), order.email()).stream()
        .filter(entry -> entry.subject().filter(order.id()::equals).isPresent())
        .findFirst()
        .orElseThrow();
  }

  private FinishOutcome give(Generation order, int credits) {
    return give(order, credits, SAMPLES.now());
  }

  private FinishOutcome give(Generation order, int credits, Instant at) {
    var images = 3 - credits * 3 / order.price().value();
    var end = images == 0 ? failed(order) : succeeded(order, images, credits);
    var refund = new Refund(SAMPLES.id(), order.id(), credits(credits), "Refund", at, Lots.NONE);
    return generations().finish(order, end, refund);
  }

  private static Generation order(Email email, int price, Instant at) {
    var order = SAMPLES.order(email, price);
    return new Generation(
        order.id(), email, order.prompt(), order.mode(), order.price(), at, order.state());
  }

  /** What the user's newest transactions were, the newest first. */
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
    var email = somebody();
    ledgerWith(email);
    if (credits > 0) {
      assertThat(ledger().grant(email, SAMPLES.purchase(session(), credits), null))
          .isInstanceOf(Granted.class);
    }
    return email;
  }

  private void ledgerWith(Email email) {
    assertThat(ledger().create(email, null, SAMPLES.now()).email()).isEqualTo(email);
  }

  private Generation started(Email email, int price) {
    var order = SAMPLES.order(email, price);
    assertThat(start(order)).isEqualTo(new Started());
    return order;
  }

  private StartOutcome start(Generation order) {
    return start(order, null);
  }

  private StartOutcome start(Generation order, @Nullable KeyClaim key) {
    return generations().start(order, usage(order), key, Limits.NONE);
  }

  private static KeyClaim key(Generation order, String key, String request) {
    return key(order, key, request, order.createdAt(), null);
  }

  private static KeyClaim key(
      Generation order, String key, String request, Instant at, @Nullable GenerationId failed) {
    return new KeyClaim(
        Claim.of(
            order.email(),
            Claim.Scope.GENERATE,
            new IdempotencyKey(key),
            RequestHash.of(request),
            order.id().value(),
            at),
        failed);
  }

  private static Claim claim(Email email, String request, Instant at) {
    return Claim.of(
        email,
        Claim.Scope.CHECKOUT,
        new IdempotencyKey("key"),
        RequestHash.of(request),
        SAMPLES.id().value(),
        at);
  }

  private int balance(Email email) {
    return ledger().find(email).orElseThrow().credits().value();
  }

  private static String session() {
    return "cs_test_" + UUID.randomUUID();
  }
}
