package dev.photocredits.erasure;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.somebody;
import static dev.photocredits.ledger.Samples.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.Account;
import dev.photocredits.audit.Books;
import dev.photocredits.audit.Discrepancies;
import dev.photocredits.audit.WholeAudit;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.ReversalOutcome.KnownAlready;
import dev.photocredits.credits.ReversalOutcome.Noted;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.User;
import dev.photocredits.erasure.ErasureOutcome.CreditsLeft;
import dev.photocredits.erasure.ErasureOutcome.Erased;
import dev.photocredits.erasure.ErasureOutcome.GenerationPending;
import dev.photocredits.erasure.ErasureOutcome.NoSuchUser;
import dev.photocredits.erasure.IdentitiesThatDie.Dead;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackBox;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.Claims;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestHash;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.LookupThatFails;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.payments.PurchaseOrdersContract;
import dev.photocredits.payments.SaleTerms;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What must be true of every table when somebody is erased, whatever happens meanwhile. */
public interface ErasureContract {
  Samples SAMPLES = new Samples(new SecureRandom());

  /** When what everybody was given expires. */
  Instant OVER = SAMPLES.now().plus(Duration.ofDays(7));

  IdempotencyKey KEY = new IdempotencyKey("key-1");
  Granted TEN = new Granted(credits(10), Credits.NONE, false);

  Ledger ledger();

  Generations generations();

  Claims claims();

  PurchaseOrders orders();

  Books books();

  Identities identities();

  FeedbackBox box();

  /** All that people wrote to us. */
  List<Feedback> feedback();

  /** Whether the address stands anywhere; a fake keeps no more than its maps say. */
  default boolean isTold(Email address) {
    return false;
  }

  @Test
  default void an_account_becomes_a_pseudonyms_and_nothing_is_left_under_the_address() {
    var ada = person();
    var before = books().account(ada);
    var everywhere = IdentitiesThatDie.never(identities());

    assertThat(erasure(everywhere).erase(ada, true)).isEqualTo(new Erased());

    isErased(ada, before);
    assertThat(everywhere.removed)
        .containsExactlyInAnyOrderElementsOf(
            before.generations().stream().map(Generation::id).toList());
    assertThat(everywhere.uploadsRemoved).containsExactly(ada);
    nothingDiffers();
  }

  @Test
  default void nobody_elses_account_changes() {
    var ada = person();
    var bob = person();
    var before = books().account(bob);

    assertThat(erase(ada)).isEqualTo(new Erased());

    assertThat(books().account(bob)).isEqualTo(before);
    assertThat(written(bob).email()).isEqualTo(bob);
  }

  @Test
  default void
      somebody_unknown_loses_no_more_than_their_uploads_and_the_address_on_their_feedback() {
    var ada = somebody();
    writes(ada);
    var everywhere = IdentitiesThatDie.never(identities());

    assertThat(erasure(everywhere).erase(ada, true)).isEqualTo(new NoSuchUser());

    assertThat(everywhere.uploadsRemoved).containsExactly(ada);
    assertThat(written(ada).email()).isNull();
    assertThat(books().account(ada).user()).isNull();
  }

  @Test
  default void a_paid_purchase_order_goes_with_its_purchase_and_an_unpaid_one_is_forgotten() {
    var ada = person();
    var purchase = charged(books().account(ada));
    var mark = books().account(ada).marks().getFirst();
    var order = orders().find(ada, Objects.requireNonNull(mark.order())).orElseThrow();

    assertThat(erase(ada)).isEqualTo(new Erased());

    var pseudonym = holderOf(purchase);
    assertThat(orders().find(pseudonym, order.id())).contains(order.movedTo(pseudonym));
    assertThat(orders().find(ada, order.id())).isEmpty();
    assertThat(orders().isFor(ada, session(ada))).isFalse();
  }

  @Test
  default void an_erasure_that_dies_behind_any_write_adds_up_and_is_gone_on_with() {
    var at = 0;
    while (true) {
      var ada = person();
      var before = books().account(ada);
      if (!died(new IdentitiesThatDie(identities(), at++), ada)) {
        break;
      }
      addsUp(ada, before);
      assertThat(identities().leaving(1000).items().contains(ada)).isEqualTo(isLeaving(ada));
      assertThat(erase(ada)).isIn(new Erased(), new NoSuchUser());
      assertThat(identities().leaving(1000).items()).doesNotContain(ada);
      isErased(ada, before);
    }
    assertThat(at).isGreaterThan(10);
    nothingDiffers();
  }

  private boolean isLeaving(Email owner) {
    return identities().holder(owner).filter(Holder.Leaving.class::isInstance).isPresent();
  }

  @Test
  default void whatever_comes_while_somebody_is_being_erased_happens_once_or_is_asked_again() {
    for (var at = 0; ; at++) {
      var ada = person();
      var before = books().account(ada);
      var purchase = charged(before);
      var charge = new Charge(payment(purchase), Money.usd(999));
      var refund = new Refunded(charge.payment(), Money.usd(999));
      if (!died(new IdentitiesThatDie(identities(), at), ada)) {
        return;
      }

      assertThat(ledger().grant(ada, purchase, charge)).isEqualTo(new AlreadyGranted(false));
      var early = orAskAgain(() -> ledger().reverse(refund, SAMPLES.id(), SAMPLES.now()));
      assertThat(Discrepancies.of(books().account(ada))).isEmpty();
      if (ledgerIsClosedTo(ada)) {
        var order = SAMPLES.order(ada, 1);
        assertThatThrownBy(() -> generations().start(order, usage(order), null, Limits.NONE))
            .isInstanceOf(IllegalStateException.class);
        var another = SAMPLES.purchase("cs_late_" + number(ada), 10);
        assertThatThrownBy(() -> ledger().grant(ada, another, null))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> orders().place(PurchaseOrdersContract.order(ada)))
            .isInstanceOf(IllegalStateException.class);
        var hourly = Limits.NONE.with(Limit.HOURLY, 1);
        assertThatThrownBy(() -> generations().attempt(ada, credits(1), hourly, SAMPLES.now()))
            .isInstanceOf(IllegalStateException.class);
        var lookups = Limits.NONE.with(Limit.LOOKUPS, 1);
        assertThatThrownBy(() -> orders().countLookup(ada, lookups, SAMPLES.now()))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ledger().create(ada, SAMPLES.welcome(2), SAMPLES.now()))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                () -> ledger().linkCustomer(ada, new CustomerId("cus_9"), null, SAMPLES.now()))
            .isInstanceOf(IllegalStateException.class);
      }
      assertThat(erase(ada)).isIn(new Erased(), new NoSuchUser());
      var late = ledger().reverse(refund, SAMPLES.id(), SAMPLES.now());

      var pseudonym = holderOf(purchase);
      var taken = new Reversed(pseudonym, -6);
      assertThat(early.isPresent() ? List.of(early.get(), late) : List.of(late))
          .isEqualTo(early.isPresent() ? List.of(taken, new KnownAlready()) : List.of(taken));
      assertThat(ledger().find(ada)).isEmpty();
      Invariants.hold(books(), List.of(ada, pseudonym));
    }
  }

  @Test
  default void what_expires_goes_along_and_expires_there() {
    var ada = person();
    var purchase = charged(books().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = holderOf(purchase);

    assertThat(ledger().expiring(OVER, 100_000).items()).contains(pseudonym);
    assertThat(ledger().expire(pseudonym, SAMPLES.id(), OVER)).isEqualTo(credits(2));

    assertThat(ledger().find(pseudonym).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(ledger().statement(pseudonym, 1, null).items().getFirst().description())
        .startsWith("Expired: sorry");
    Invariants.hold(books(), List.of(ada, pseudonym));
  }

  @Test
  default void a_payment_that_goes_back_afterwards_is_the_pseudonyms() {
    var ada = person();
    var purchase = charged(books().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = holderOf(purchase);
    var had = ledger().find(pseudonym).orElseThrow().credits();

    var outcome = fulfilment().reverse(new Refunded(payment(purchase), Money.usd(999)));

    assertThat(outcome).isEqualTo(new Reversed(pseudonym, -6));
    assertThat(ledger().find(pseudonym).orElseThrow().credits()).isEqualTo(had.minus(credits(6)));
    assertThat(ledger().find(ada)).isEmpty();
    Invariants.hold(books(), List.of(ada, pseudonym));
  }

  @Test
  default void a_dispute_afterwards_makes_the_pseudonym_owe_and_winning_it_settles_that() {
    var ada = person();
    var purchase = charged(books().account(ada));
    var spent = 1 - ledger().find(ada).orElseThrow().credits().value();
    var rest = Adjustment.of(SAMPLES.id(), spent, "spent", "eve", SAMPLES.now());
    assertThat(ledger().adjust(ada, rest)).isEqualTo(new Adjusted());
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = holderOf(purchase);

    var withdrawn = fulfilment().reverse(dispute(purchase, 0));
    var owing = ledger().find(pseudonym).orElseThrow();
    var won = fulfilment().reverse(dispute(purchase, 999));
    var again = fulfilment().reverse(dispute(purchase, 999));

    assertThat(List.of(withdrawn, won, again))
        .containsExactly(
            new Reversed(pseudonym, -6), new Reversed(pseudonym, 6), new KnownAlready());
    assertThat(owing.credits()).isEqualTo(Credits.NONE);
    assertThat(owing.debt()).isEqualTo(credits(5));
    assertThat(ledger().find(pseudonym).orElseThrow().debt()).isEqualTo(Credits.NONE);
    assertThat(ledger().find(pseudonym).orElseThrow().credits()).isEqualTo(credits(1));
    assertThat(ledger().find(ada)).isEmpty();
    Invariants.hold(books(), List.of(ada, pseudonym));
  }

  private static MoneyMoved dispute(Purchase purchase, long returned) {
    return new MoneyMoved.Dispute(
        payment(purchase),
        new DisputeId("du_" + purchase.session().value()),
        new DisputeState(Money.usd(999), 999, 999, returned));
  }

  @Test
  default void payments_of_a_user_who_was_erased_and_came_back_stay_apart() {
    var ada = person();
    var first = charged(books().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = holderOf(first);
    var had = ledger().find(pseudonym).orElseThrow().credits();
    var second = SAMPLES.purchase("cs_second_" + number(ada), 10);

    var granted = fulfilment(credits(2)).fulfil(charged(ada, second));
    var refunds =
        List.of(
            fulfilment().reverse(new Refunded(payment(first), Money.usd(999))),
            fulfilment().reverse(new Refunded(payment(second), Money.usd(300))));

    assertThat(granted).isEqualTo(new Fulfilled(TEN));
    assertThat(refunds).containsExactly(new Reversed(pseudonym, -6), new Reversed(ada, -3));
    assertThat(ledger().find(ada).orElseThrow().credits()).isEqualTo(credits(7));
    assertThat(ledger().find(pseudonym).orElseThrow().credits()).isEqualTo(had.minus(credits(6)));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var other = holderOf(second);
    assertThat(fulfilment().reverse(new Refunded(payment(second), Money.usd(999))))
        .isEqualTo(new Reversed(other, -7));
    assertThat(other).isNotEqualTo(pseudonym);
    Invariants.hold(books(), List.of(ada, pseudonym, other));
  }

  @Test
  default void a_late_grant_counts_what_was_told_before_the_erasure() {
    var ada = person();
    var late = SAMPLES.purchase("cs_refunded_" + number(ada), 10);
    assertThat(fulfilment().reverse(new Refunded(payment(late), Money.usd(999))))
        .isEqualTo(new Noted());
    assertThat(erase(ada)).isEqualTo(new Erased());

    var granted = fulfilment().fulfil(charged(ada, late));

    assertThat(granted).isEqualTo(new Fulfilled(new Granted(credits(10), credits(10), false)));
    assertThat(ledger().find(ada).orElseThrow().credits()).isEqualTo(Credits.NONE);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_payment_that_is_told_during_the_erasure_is_granted_once_and_reversed_there() {
    for (var at = 0; ; at++) {
      var ada = person();
      var late = SAMPLES.purchase("cs_during_" + number(ada), 10);
      if (!died(new IdentitiesThatDie(identities(), at), ada)) {
        return;
      }

      var early = orAskAgain(() -> fulfilment().fulfil(charged(ada, late)));
      assertThat(erase(ada)).isIn(new Erased(), new NoSuchUser());
      var again = fulfilment().fulfil(charged(ada, late));
      var reversed = fulfilment().reverse(new Refunded(payment(late), Money.usd(999)));

      var once = new Fulfilled(new AlreadyGranted(false));
      assertThat(early.isPresent() ? List.of(early.get(), again) : List.of(once, again))
          .containsExactlyInAnyOrder(new Fulfilled(TEN), once);
      var owner = holderOf(late);
      assertThat(reversed).isEqualTo(new Reversed(owner, -10));
      Invariants.hold(books(), List.of(ada, owner));
    }
  }

  @Test
  default void a_webhook_that_comes_again_afterwards_grants_nothing_and_makes_no_user() {
    var ada = person();
    var purchase = charged(books().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());

    assertThat(fulfilment().fulfil(paid(ada, purchase)))
        .isEqualTo(new Fulfilled(new AlreadyGranted(false)));

    assertThat(ledger().find(ada)).isEmpty();
  }

  @Test
  default void whoever_uses_the_address_afterwards_is_a_new_user_whom_no_late_run_touches() {
    var ada = person();
    var purchase = charged(books().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = holderOf(purchase);
    var again = SAMPLES.purchase("cs_again_" + number(ada), 10);

    assertThat(fulfilment().fulfil(paid(ada, again))).isEqualTo(new Fulfilled(TEN));

    var fresh = books().account(ada);
    assertThat(fresh.entries()).hasSize(1);
    var claim = claims().claim(claim(ada), null, SAMPLES.now());
    assertThat(identities().move(ada, pseudonym, fresh.entries().getFirst())).isFalse();
    assertThat(identities().forgetKeys(ada, pseudonym)).isFalse();
    identities().end(ada, pseudonym);
    assertThat(books().account(ada)).isEqualTo(fresh);
    assertThat(claims().claim(claim(ada), null, SAMPLES.now())).isEqualTo(claim);
    Invariants.hold(books(), List.of(ada, pseudonym));
  }

  @Test
  default void an_adjustment_is_not_repeated_for_a_user_who_came_back() {
    var ada = person();
    var adjustment = Adjustment.of(SAMPLES.id(), 5, "a mistake", "eve", SAMPLES.now());
    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new Adjusted());
    assertThat(erase(ada)).isEqualTo(new Erased());
    assertThat(ledger().create(ada, null, SAMPLES.now()).credits()).isEqualTo(Credits.NONE);

    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new IdTaken());

    assertThat(ledger().find(ada).orElseThrow().credits()).isEqualTo(Credits.NONE);
  }

  @Test
  default void a_mailbox_is_welcomed_once_even_if_its_user_has_been_erased() {
    var ada = person();
    var tagged = new Email(ada.value().replace("@", "+again@"));
    assertThat(erase(ada)).isEqualTo(new Erased());

    var again = ledger().create(ada, SAMPLES.welcome(2), SAMPLES.now());
    var other = ledger().create(tagged, SAMPLES.welcome(2), SAMPLES.now());

    assertThat(again.credits()).isEqualTo(Credits.NONE);
    assertThat(other.credits()).isEqualTo(Credits.NONE);
    assertThat(ledger().find(ada)).contains(again);
    assertThat(books().account(ada).entries()).isEmpty();
    assertThat(ledger().create(ada, SAMPLES.welcome(2), SAMPLES.now())).isEqualTo(again);
  }

  @Test
  default void credits_are_given_up_by_whoever_says_so_even_those_that_came_just_before() {
    var ada = somebody();
    assertThat(ledger().create(ada, null, SAMPLES.now()).credits()).isEqualTo(Credits.NONE);
    var last = SAMPLES.purchase("cs_last_" + number(ada), 10);
    var buying =
        justBeforeTheBeginning(() -> assertThat(ledger().grant(ada, last, null)).isEqualTo(TEN));

    assertThat(erasure(buying).erase(ada, false)).isEqualTo(new CreditsLeft());

    assertThat(ledger().find(ada).orElseThrow().credits()).isEqualTo(credits(10));
    assertThat(erase(ada)).isEqualTo(new Erased());
    assertThat(ledger().find(holderOf(last)).orElseThrow().credits()).isEqualTo(credits(10));
  }

  @Test
  default void nothing_is_erased_while_a_generation_is_under_way() {
    var ada = person();
    var order = SAMPLES.order(ada, 1);
    assertThat(generations().start(order, usage(order), null, Limits.NONE))
        .isEqualTo(new Started());
    var before = books().account(ada);

    assertThat(erase(ada)).isEqualTo(new GenerationPending());

    assertThat(books().account(ada)).isEqualTo(before);
    assertThat(written(ada).email()).isEqualTo(ada);
    assertThat(generations().finish(order, Samples.succeeded(order, 3, 0), null)).isNotNull();
    assertThat(erase(ada)).isEqualTo(new Erased());
  }

  @Test
  default void a_generation_that_starts_just_before_the_beginning_is_seen() {
    var ada = person();
    var order = SAMPLES.order(ada, 1);

    var outcome =
        erasure(
                justBeforeTheBeginning(
                    () ->
                        assertThat(generations().start(order, usage(order), null, Limits.NONE))
                            .isEqualTo(new Started())))
            .erase(ada, true);

    assertThat(outcome).isEqualTo(new GenerationPending());
    assertThat(books().account(ada).generations()).contains(order);
    Invariants.hold(books(), List.of(ada));
  }

  @Test
  default void a_purchase_just_before_the_beginning_goes_along() {
    var ada = person();
    var last = SAMPLES.purchase("cs_last_" + number(ada), 10);

    var outcome =
        erasure(
                justBeforeTheBeginning(
                    () -> assertThat(ledger().grant(ada, last, null)).isEqualTo(TEN)))
            .erase(ada, true);

    assertThat(outcome).isEqualTo(new Erased());
    assertThat(holderOf(last).isPseudonym()).isTrue();
    nothingDiffers();
  }

  @Test
  default void a_generation_that_starts_at_the_same_moment_is_either_refused_or_keeps_its_owner() {
    for (var round = 0; round < 10; round++) {
      var ada = person();
      var before = books().account(ada);
      var order = SAMPLES.order(ada, 1);

      var outcomes =
          Race.of(
              2,
              i ->
                  i == 0
                      ? erase(ada)
                      : orAskAgain(
                          () -> generations().start(order, usage(order), null, Limits.NONE)));

      if (outcomes.getFirst().equals(new GenerationPending())) {
        assertThat(outcomes.get(1)).isEqualTo(Optional.of(new Started()));
        assertThat(books().account(ada).generations())
            .filteredOn(generation -> generation.state() instanceof Pending)
            .containsExactly(order);
        Invariants.hold(books(), List.of(ada));
      } else {
        assertThat(outcomes.getFirst()).isEqualTo(new Erased());
        assertThat(outcomes.get(1)).isNotEqualTo(Optional.of(new Started()));
        isErased(ada, before);
      }
    }
  }

  @Test
  default void purchases_and_a_second_run_at_the_same_moment_lose_nothing() {
    var ada = person();
    var before = Objects.requireNonNull(books().account(ada).user()).credits().value();
    var purchases = new ArrayList<Purchase>();
    for (var i = 0; i < 6; i++) {
      purchases.add(SAMPLES.purchase("cs_" + i + "_" + number(ada), 10));
    }

    var outcomes =
        Race.of(
            8,
            i ->
                i < 6
                    ? orAskAgain(() -> fulfilment().fulfil(paid(ada, purchases.get(i))))
                    : erase(ada));

    assertThat(outcomes.subList(6, 8)).contains(new Erased());
    for (var i = 0; i < 6; i++) {
      var missing = outcomes.get(i).equals(Optional.empty());
      assertThat(fulfilment().fulfil(paid(ada, purchases.get(i))))
          .isEqualTo(new Fulfilled(missing ? TEN : new AlreadyGranted(false)));
    }
    var holders = purchases.stream().map(this::holderOf).distinct().toList();
    var pseudonyms = everybodyWithAccountOf(ada, holders);
    Invariants.hold(books(), pseudonyms);
    var now =
        pseudonyms.stream()
            .mapToInt(one -> ledger().find(one).map(u -> u.credits().value()).orElse(0))
            .sum();
    assertThat(now).isEqualTo(before + 60);
    nothingDiffers();
  }

  // What the tests above are told with

  private Erasure erasure(IdentitiesThatDie everywhere) {
    return new Erasure(ledger(), generations(), everywhere, everywhere, new SecureRandom());
  }

  private ErasureOutcome erase(Email ada) {
    return erasure(IdentitiesThatDie.never(identities())).erase(ada, true);
  }

  private IdentitiesThatDie justBeforeTheBeginning(Runnable once) {
    var over = new AtomicBoolean();
    return new IdentitiesThatDie(identities(), Integer.MAX_VALUE) {
      @Override
      public void begin(User user, Email pseudonym) {
        if (over.compareAndSet(false, true)) {
          once.run();
        }
        super.begin(user, pseudonym);
      }
    };
  }

  private boolean died(IdentitiesThatDie dying, Email ada) {
    try {
      assertThat(erasure(dying).erase(ada, true)).isEqualTo(new Erased());
      return false;
    } catch (Dead _) {
      return true;
    }
  }

  private static <T> Optional<T> orAskAgain(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (IllegalStateException _) {
      return Optional.empty();
    }
  }

  private boolean ledgerIsClosedTo(Email ada) {
    return identities().holder(ada).filter(Holder.Leaving.class::isInstance).isPresent();
  }

  /**
   * Somebody with a bit of everything: bought, got some money back, drew, got credits back, wrote.
   */
  private Email person() {
    var ada = somebody();
    assertThat(ledger().create(ada, SAMPLES.welcome(2), SAMPLES.now()).email()).isEqualTo(ada);
    assertThat(ledger().linkCustomer(ada, new CustomerId("cus_1"), null, SAMPLES.now()))
        .isNotNull();
    var charged = SAMPLES.purchase("cs_charged_" + number(ada), 10);
    var charge = new Charge(payment(charged), Money.usd(999));
    var paid = orders().place(PurchaseOrdersContract.order(ada));
    assertThat(ledger().grant(ada, charged, charge, paid.id())).isEqualTo(TEN);
    var unpaid = orders().place(PurchaseOrdersContract.order(ada));
    orders().opened(unpaid, session(ada));
    var refund = new Refunded(charge.payment(), Money.usd(400));
    assertThat(ledger().reverse(refund, SAMPLES.id(), SAMPLES.now()))
        .isEqualTo(new Reversed(ada, -4));
    var drawn = SAMPLES.order(ada, 3);
    var key = new Generations.KeyClaim(claim(ada, drawn), null);
    assertThat(generations().start(drawn, usage(drawn), key, Limits.NONE)).isEqualTo(new Started());
    assertThat(
            generations().finish(drawn, Samples.succeeded(drawn, 2, 1), SAMPLES.refund(drawn, 1)))
        .isNotNull();
    var gift = SAMPLES.gift(2, OVER);
    assertThat(ledger().promote(ada, gift, false)).isEqualTo(new Promoted());
    writes(ada);
    return ada;
  }

  /** Of the purchase order that is not paid. */
  private static SessionId session(Email ada) {
    return new SessionId("cs_unpaid_" + number(ada));
  }

  private static Claim claim(Email ada) {
    return claim(ada, SAMPLES.order(ada, 3));
  }

  private static Claim claim(Email ada, Generation order) {
    return Claim.of(
        ada,
        Claim.Scope.GENERATE,
        KEY,
        RequestHash.of("request"),
        order.id().value(),
        order.createdAt());
  }

  private void writes(Email ada) {
    box().keep(new Feedback(UUID.randomUUID(), message(ada), ada, SAMPLES.now()));
  }

  private static String number(Email ada) {
    return ada.value().replaceAll("\\D", "");
  }

  private static String message(Email ada) {
    return "number " + number(ada);
  }

  private Feedback written(Email ada) {
    return feedback().stream()
        .filter(feedback -> feedback.message().equals(message(ada)))
        .findFirst()
        .orElseThrow();
  }

  private static Purchase charged(Account account) {
    return account.entries().stream()
        .filter(Purchase.class::isInstance)
        .map(Purchase.class::cast)
        .filter(purchase -> purchase.session().value().startsWith("cs_charged_"))
        .findFirst()
        .orElseThrow();
  }

  private static PaymentIntentId payment(Purchase purchase) {
    return new PaymentIntentId("pi_" + purchase.session().value());
  }

  private static PaidSession paid(Email ada, Purchase purchase) {
    var terms = new SaleTerms(ada, null, CreditPackage.STARTER, "usd");
    return new PaidSession(purchase.session(), terms, Money.usd(999), null);
  }

  private static PaidSession charged(Email ada, Purchase purchase) {
    var terms = new SaleTerms(ada, null, CreditPackage.STARTER, "usd");
    return new PaidSession(purchase.session(), terms, Money.usd(999), payment(purchase));
  }

  private Fulfilment fulfilment() {
    return fulfilment(Credits.NONE);
  }

  private Fulfilment fulfilment(Credits welcome) {
    var ids = new TimeOrderedIds(new SecureRandom());
    var accounts = new Accounts(ledger(), welcome, ids, SAMPLES::now);
    return new Fulfilment(accounts, ledger(), orders(), new LookupThatFails(), ids, SAMPLES::now);
  }

  /** Whose the purchase is by its mark. */
  private Email holderOf(Purchase purchase) {
    return WholeAudit.scan(books()).stream()
        .filter(Books.Kept.Mark.class::isInstance)
        .map(kept -> ((Books.Kept.Mark) kept).mark())
        .filter(mark -> mark.session().equals(purchase.session()))
        .map(SessionMark::owner)
        .findFirst()
        .orElseThrow();
  }

  private List<Email> everybodyWithAccountOf(Email ada, List<Email> holders) {
    var all = new ArrayList<>(holders);
    if (!all.contains(ada)) {
      all.add(ada);
    }
    var charged = SAMPLES.purchase("cs_charged_" + number(ada), 10);
    var first = holderOf(charged);
    if (!all.contains(first)) {
      all.add(first);
    }
    return all;
  }

  /** The account is one, whoever is asked for it, and adds up; no credit has moved. */
  private void addsUp(Email ada, Account before) {
    var account = books().account(ada);
    var owner = account.user() == null ? holderOf(charged(before)) : account.owner();
    assertThat(books().account(owner).user())
        .isEqualTo(
            owner.equals(ada) ? before.user() : Objects.requireNonNull(before.user()).as(owner));
    assertThat(books().account(owner).entries())
        .containsExactlyInAnyOrderElementsOf(before.entries());
    Invariants.hold(books(), List.of(ada, owner));
    assertThat(books().entry(before.marks().getFirst())).isPresent();
  }

  private void isErased(Email ada, Account before) {
    assertThat(books().account(ada))
        .isEqualTo(new Account(ada, null, List.of(), List.of(), List.of(), List.of(), List.of()));
    assertThat(ledger().find(ada)).isEmpty();
    assertThat(identities().holder(ada)).isEmpty();
    assertThat(written(ada).email()).isNull();
    assertThat(isTold(ada)).isFalse();
    var wanted = claim(ada);
    assertThat(claims().claim(wanted, null, SAMPLES.now())).isEqualTo(wanted);
    var pseudonym = holderOf(charged(before));
    assertThat(pseudonym.isPseudonym()).isTrue();
    var after = books().account(pseudonym);
    assertThat(after.user()).isEqualTo(Objects.requireNonNull(before.user()).as(pseudonym));
    assertThat(after.entries()).containsExactlyInAnyOrderElementsOf(before.entries());
    assertThat(after.generations())
        .containsExactlyInAnyOrderElementsOf(
            before.generations().stream().map(one -> one.erased(pseudonym)).toList());
    assertThat(Discrepancies.of(after)).isEmpty();
  }

  private void nothingDiffers() {
    assertThat(WholeAudit.of(books())).isEmpty();
  }
}
