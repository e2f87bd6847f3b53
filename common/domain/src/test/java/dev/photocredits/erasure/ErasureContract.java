package dev.photocredits.erasure;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.Account;
import dev.photocredits.audit.AuditReader;
import dev.photocredits.audit.Discrepancies;
import dev.photocredits.audit.WholeAudit;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.AdjustmentOutcome.Adjusted;
import dev.photocredits.credits.AdjustmentOutcome.IdTaken;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.Identity;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.ReversalOutcome.AlreadyRecorded;
import dev.photocredits.credits.ReversalOutcome.RecordedOnly;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.User;
import dev.photocredits.erasure.AccountOwnersThatDie.Dead;
import dev.photocredits.erasure.ErasureOutcome.CreditsLeft;
import dev.photocredits.erasure.ErasureOutcome.Erased;
import dev.photocredits.erasure.ErasureOutcome.GenerationPending;
import dev.photocredits.erasure.ErasureOutcome.NoSuchUser;
import dev.photocredits.erasure.RebindingOutcome.NoSuchAccount;
import dev.photocredits.erasure.RebindingOutcome.Rebound;
import dev.photocredits.erasure.RebindingOutcome.Unchanged;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackStore;
import dev.photocredits.generation.CallCounts;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.idempotency.RequestFingerprint;
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
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TimeOrderedIds;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The contract that every table must satisfy when a user is erased, whatever happens concurrently.
 */
public interface ErasureContract {
  Samples SAMPLES = new Samples(new SecureRandom());

  /** When the promotional credits of the users expire. */
  Instant EXPIRY = SAMPLES.now().plus(Duration.ofDays(7));

  IdempotencyKey KEY = new IdempotencyKey("key-1");
  Granted TEN = new Granted(credits(10), Credits.NONE, false);

  Ledger ledger();

  Generations generations();

  IdempotencyRecords idempotencyRecords();

  PurchaseOrders orders();

  CallCounts callCounts();

  AuditReader auditReader();

  AccountOwners accountOwners();

  FeedbackStore feedbackStore();

  /** All feedback messages. */
  List<Feedback> feedback();

  /**
   * Whether the address is still stored anywhere. The default is for the fake, which stores nothing
   * besides its maps.
   */
  default boolean isStored(Email address) {
    return false;
  }

  @Test
  default void an_account_moves_to_a_pseudonym_and_nothing_is_left_under_the_address() {
    var ada = newUser();
    var before = auditReader().account(ada);
    var recorder = AccountOwnersThatDie.never(accountOwners());

    assertThat(erasure(recorder).erase(ada, true)).isEqualTo(new Erased());

    assertErased(ada, before);
    assertThat(recorder.removed)
        .containsExactlyInAnyOrderElementsOf(
            before.generations().stream().map(Generation::id).toList());
    assertThat(recorder.uploadsRemoved).containsExactly(ada);
    assertNoDiscrepancies();
  }

  @Test
  default void other_accounts_do_not_change() {
    var ada = newUser();
    var bob = newUser();
    var before = auditReader().account(bob);

    assertThat(erase(ada)).isEqualTo(new Erased());

    assertThat(auditReader().account(bob)).isEqualTo(before);
    assertThat(feedbackOf(bob)).isPresent();
  }

  @Test
  default void erasing_an_unknown_user_removes_their_uploads_and_feedback() {
    var ada = newEmail();
    writeFeedback(ada);
    var recorder = AccountOwnersThatDie.never(accountOwners());

    assertThat(erasure(recorder).erase(ada, true)).isEqualTo(new NoSuchUser());

    assertThat(recorder.uploadsRemoved).containsExactly(ada);
    assertThat(feedbackOf(ada)).isEmpty();
    assertThat(auditReader().account(ada).user()).isNull();
  }

  // DynamoDB may delete an item days after its expiry.
  @Test
  default void all_feedback_that_can_still_be_stored_is_deleted_with_its_sender() {
    var ada = newEmail();
    var now = SAMPLES.now();
    var ages = List.of(0, 1, 31, 180, 364, 365, 366, 380);
    ages.forEach(
        days ->
            feedbackStore()
                .add(
                    new Feedback(
                        UUID.randomUUID(), message(ada), ada, now.minus(Duration.ofDays(days)))));
    var anonymous = new Feedback(UUID.randomUUID(), message(newEmail()), null, now);
    feedbackStore().add(anonymous);

    assertThat(erase(ada)).isEqualTo(new NoSuchUser());

    assertThat(feedbackOf(ada)).isEmpty();
    assertThat(isStored(ada)).isFalse();
    assertThat(feedback()).contains(anonymous);
  }

  @Test
  default void a_paid_purchase_order_moves_with_its_purchase_and_an_unpaid_one_is_deleted() {
    var ada = newUser();
    var purchase = charged(auditReader().account(ada));
    var grantRecord = auditReader().account(ada).grantRecords().getFirst();
    var order =
        orders().find(ada, Objects.requireNonNull(grantRecord.purchaseOrder())).orElseThrow();

    assertThat(erase(ada)).isEqualTo(new Erased());

    var pseudonym = ownerOf(purchase);
    assertThat(orders().find(pseudonym, order.id())).contains(order.movedTo(pseudonym));
    assertThat(orders().find(ada, order.id())).isEmpty();
    assertThat(orders().isFor(ada, session(ada))).isFalse();
  }

  @Test
  default void an_erasure_that_dies_after_any_write_stays_consistent_and_can_be_resumed() {
    var at = 0;
    while (true) {
      var ada = newUser();
      var before = auditReader().account(ada);
      if (!died(new AccountOwnersThatDie(accountOwners(), at++), ada)) {
        break;
      }
      assertConsistent(ada, before);
      assertThat(accountOwners().leaving(1000).items().contains(ada)).isEqualTo(isLeaving(ada));
      assertThat(erase(ada)).isIn(new Erased(), new NoSuchUser());
      assertThat(accountOwners().leaving(1000).items()).doesNotContain(ada);
      assertErased(ada, before);
    }
    assertThat(at).isGreaterThan(10);
    assertNoDiscrepancies();
  }

  // Identities

  @Test
  default void an_operator_binds_an_account_to_another_identity() {
    var ada = newUser();
    assertThat(ledger().bind(ada, Identity.of("i", "old"), SAMPLES.now()))
        .isEqualTo(Identity.of("i", "old"));
    var rebinding = rebinding(ada, Identity.of("i", "new"));

    var outcome = accountOwners().rebind(rebinding);
    var repeat = accountOwners().rebind(rebinding);

    assertThat(outcome).isEqualTo(new Rebound(Identity.of("i", "old")));
    assertThat(repeat).isEqualTo(new Unchanged());
    assertThat(ledger().bind(ada, Identity.of("i", "old"), SAMPLES.now()))
        .isEqualTo(Identity.of("i", "new"));
    assertThat(Discrepancies.of(auditReader().account(ada))).isEmpty();
  }

  @Test
  default void an_account_that_an_operator_releases_binds_to_its_next_user() {
    var ada = newUser();
    assertThat(ledger().bind(ada, Identity.of("i", "old"), SAMPLES.now()))
        .isEqualTo(Identity.of("i", "old"));
    var release = rebinding(ada, null);

    assertThat(accountOwners().rebind(release)).isEqualTo(new Rebound(Identity.of("i", "old")));

    assertThat(ledger().find(ada).orElseThrow().identity()).isEmpty();
    assertThat(ledger().bind(ada, Identity.of("i", "new"), SAMPLES.now()))
        .isEqualTo(Identity.of("i", "new"));
    assertThat(accountOwners().rebind(release)).isEqualTo(new Unchanged());
    assertThat(ledger().find(ada).orElseThrow().identity()).contains(Identity.of("i", "new"));
  }

  @Test
  default void an_address_without_an_account_cannot_be_rebound() {
    var rebinding = rebinding(newEmail(), Identity.of("i", "s"));

    assertThat(accountOwners().rebind(rebinding)).isEqualTo(new NoSuchAccount());
  }

  @Test
  default void an_erased_user_leaves_no_identity_and_no_record_of_a_rebinding() {
    var ada = newUser();
    assertThat(accountOwners().rebind(rebinding(ada, Identity.of("i", "s"))))
        .isEqualTo(new Rebound(null));
    var before = auditReader().account(ada);

    assertThat(erase(ada)).isEqualTo(new Erased());

    assertThat(ledger().find(ownerOf(charged(before))).orElseThrow().identity()).isEmpty();
    assertErased(ada, before);
    var again = ledger().create(ada, null, SAMPLES.now());
    assertThat(again.identity()).isEmpty();
  }

  private static Rebinding rebinding(Email owner, @Nullable Identity identity) {
    return new Rebinding(SAMPLES.id().value(), owner, identity, "asked", "Grace", SAMPLES.now());
  }

  private boolean isLeaving(Email owner) {
    return accountOwners()
        .findOwner(owner)
        .filter(AccountOwner.Leaving.class::isInstance)
        .isPresent();
  }

  @Test
  default void operations_during_an_erasure_take_effect_once_or_are_rejected_for_a_retry() {
    for (var at = 0; ; at++) {
      var ada = newUser();
      var before = auditReader().account(ada);
      var purchase = charged(before);
      var charge = new Charge(payment(purchase), Money.usd(999));
      var refund = new RefundTotal(charge.payment(), Money.usd(999));
      if (!died(new AccountOwnersThatDie(accountOwners(), at), ada)) {
        return;
      }

      assertThat(ledger().grant(ada, purchase, charge)).isEqualTo(new AlreadyGranted(false));
      var early = unlessErasing(() -> ledger().reverse(refund, SAMPLES.id(), SAMPLES.now()));
      assertThat(Discrepancies.of(auditReader().account(ada))).isEmpty();
      if (isLeaving(ada)) {
        var generation = SAMPLES.order(ada, 1);
        assertThatThrownBy(() -> generations().start(generation, null, Limits.NONE))
            .isInstanceOf(IllegalStateException.class);
        var another = SAMPLES.purchase("cs_late_" + number(ada), 10);
        assertThatThrownBy(() -> ledger().grant(ada, another, null))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> orders().place(PurchaseOrdersContract.order(ada)))
            .isInstanceOf(IllegalStateException.class);
        var hourly = Limits.NONE.with(Limit.HOURLY, 1);
        var seen = Objects.requireNonNull(before.user());
        assertThatThrownBy(
                () -> generations().countRequest(seen, credits(1), hourly, SAMPLES.now()))
            .isInstanceOf(IllegalStateException.class);
        var lookups = Limits.NONE.with(Limit.LOOKUPS, 1);
        assertThatThrownBy(() -> callCounts().count(ada, Limit.LOOKUPS, lookups, SAMPLES.now()))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ledger().create(ada, SAMPLES.welcome(2), SAMPLES.now()))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                () -> ledger().linkCustomer(ada, new CustomerId("cus_9"), null, SAMPLES.now()))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ledger().bind(ada, Identity.of("i", "s"), SAMPLES.now()))
            .isInstanceOf(IllegalStateException.class);
        var rebinding =
            new Rebinding(
                SAMPLES.id().value(), ada, Identity.of("i", "s"), "asked", "Grace", SAMPLES.now());
        assertThatThrownBy(() -> accountOwners().rebind(rebinding))
            .isInstanceOf(IllegalStateException.class);
      }
      assertThat(erase(ada)).isIn(new Erased(), new NoSuchUser());
      var late = ledger().reverse(refund, SAMPLES.id(), SAMPLES.now());

      var pseudonym = ownerOf(purchase);
      var reversal = new Reversed(pseudonym, -6);
      assertThat(early.isPresent() ? List.of(early.get(), late) : List.of(late))
          .isEqualTo(
              early.isPresent() ? List.of(reversal, new AlreadyRecorded()) : List.of(reversal));
      assertThat(ledger().find(ada)).isEmpty();
      Invariants.hold(auditReader(), List.of(ada, pseudonym));
    }
  }

  @Test
  default void expiring_credits_move_to_the_pseudonym_and_expire_there() {
    var ada = newUser();
    var purchase = charged(auditReader().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = ownerOf(purchase);

    assertThat(ledger().expiring(EXPIRY, 100_000).items()).contains(pseudonym);
    assertThat(ledger().expire(pseudonym, SAMPLES.id(), EXPIRY)).isEqualTo(credits(2));

    assertThat(ledger().find(pseudonym).orElseThrow().lots()).isEqualTo(Lots.NONE);
    assertThat(ledger().statement(pseudonym, 1, null).items().getFirst().description())
        .startsWith("Expired: sorry");
    Invariants.hold(auditReader(), List.of(ada, pseudonym));
  }

  @Test
  default void a_payment_refunded_after_the_erasure_is_reversed_on_the_pseudonym() {
    var ada = newUser();
    var purchase = charged(auditReader().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = ownerOf(purchase);
    var before = ledger().find(pseudonym).orElseThrow().credits();

    var outcome = fulfilment().reverse(new RefundTotal(payment(purchase), Money.usd(999)));

    assertThat(outcome).isEqualTo(new Reversed(pseudonym, -6));
    assertThat(ledger().find(pseudonym).orElseThrow().credits())
        .isEqualTo(before.minus(credits(6)));
    assertThat(ledger().find(ada)).isEmpty();
    Invariants.hold(auditReader(), List.of(ada, pseudonym));
  }

  @Test
  default void
      a_dispute_after_the_erasure_puts_the_pseudonym_in_debt_and_winning_it_settles_the_debt() {
    var ada = newUser();
    var purchase = charged(auditReader().account(ada));
    var spent = 1 - ledger().find(ada).orElseThrow().credits().value();
    var rest = Adjustment.of(SAMPLES.id(), spent, "spent", "eve", SAMPLES.now());
    assertThat(ledger().adjust(ada, rest)).isEqualTo(new Adjusted());
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = ownerOf(purchase);

    var withdrawn = fulfilment().reverse(dispute(purchase, 0));
    var owing = ledger().find(pseudonym).orElseThrow();
    var won = fulfilment().reverse(dispute(purchase, 999));
    var again = fulfilment().reverse(dispute(purchase, 999));

    assertThat(List.of(withdrawn, won, again))
        .containsExactly(
            new Reversed(pseudonym, -6), new Reversed(pseudonym, 6), new AlreadyRecorded());
    assertThat(owing.credits()).isEqualTo(Credits.NONE);
    assertThat(owing.debt()).isEqualTo(credits(5));
    assertThat(ledger().find(pseudonym).orElseThrow().debt()).isEqualTo(Credits.NONE);
    assertThat(ledger().find(pseudonym).orElseThrow().credits()).isEqualTo(credits(1));
    assertThat(ledger().find(ada)).isEmpty();
    Invariants.hold(auditReader(), List.of(ada, pseudonym));
  }

  private static PaymentUpdate dispute(Purchase purchase, long returned) {
    return new PaymentUpdate.DisputeUpdate(
        payment(purchase),
        new DisputeId("du_" + purchase.session().value()),
        new DisputeState(Money.usd(999), 999, 999, returned));
  }

  @Test
  default void payments_before_and_after_an_erasure_stay_separate() {
    var ada = newUser();
    var first = charged(auditReader().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = ownerOf(first);
    var before = ledger().find(pseudonym).orElseThrow().credits();
    var second = SAMPLES.purchase("cs_second_" + number(ada), 10);

    var granted = fulfilment(credits(2)).fulfil(charged(ada, second));
    var refunds =
        List.of(
            fulfilment().reverse(new RefundTotal(payment(first), Money.usd(999))),
            fulfilment().reverse(new RefundTotal(payment(second), Money.usd(300))));

    assertThat(granted).isEqualTo(new Fulfilled(TEN));
    assertThat(refunds).containsExactly(new Reversed(pseudonym, -6), new Reversed(ada, -3));
    assertThat(ledger().find(ada).orElseThrow().credits()).isEqualTo(credits(7));
    assertThat(ledger().find(pseudonym).orElseThrow().credits())
        .isEqualTo(before.minus(credits(6)));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var other = ownerOf(second);
    assertThat(fulfilment().reverse(new RefundTotal(payment(second), Money.usd(999))))
        .isEqualTo(new Reversed(other, -7));
    assertThat(other).isNotEqualTo(pseudonym);
    Invariants.hold(auditReader(), List.of(ada, pseudonym, other));
  }

  @Test
  default void a_late_grant_includes_a_refund_reported_before_the_erasure() {
    var ada = newUser();
    var late = SAMPLES.purchase("cs_refunded_" + number(ada), 10);
    assertThat(fulfilment().reverse(new RefundTotal(payment(late), Money.usd(999))))
        .isEqualTo(new RecordedOnly());
    assertThat(erase(ada)).isEqualTo(new Erased());

    var granted = fulfilment().fulfil(charged(ada, late));

    assertThat(granted).isEqualTo(new Fulfilled(new Granted(credits(10), credits(10), false)));
    assertThat(ledger().find(ada).orElseThrow().credits()).isEqualTo(Credits.NONE);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_payment_reported_during_the_erasure_is_granted_once_and_reversed_on_its_owner() {
    for (var at = 0; ; at++) {
      var ada = newUser();
      var late = SAMPLES.purchase("cs_during_" + number(ada), 10);
      if (!died(new AccountOwnersThatDie(accountOwners(), at), ada)) {
        return;
      }

      var early = unlessErasing(() -> fulfilment().fulfil(charged(ada, late)));
      assertThat(erase(ada)).isIn(new Erased(), new NoSuchUser());
      var again = fulfilment().fulfil(charged(ada, late));
      var reversed = fulfilment().reverse(new RefundTotal(payment(late), Money.usd(999)));

      var once = new Fulfilled(new AlreadyGranted(false));
      assertThat(early.isPresent() ? List.of(early.get(), again) : List.of(once, again))
          .containsExactlyInAnyOrder(new Fulfilled(TEN), once);
      var owner = ownerOf(late);
      assertThat(reversed).isEqualTo(new Reversed(owner, -10));
      Invariants.hold(auditReader(), List.of(ada, owner));
    }
  }

  @Test
  default void a_webhook_repeated_after_the_erasure_grants_nothing_and_creates_no_user() {
    var ada = newUser();
    var purchase = charged(auditReader().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());

    assertThat(fulfilment().fulfil(paid(ada, purchase)))
        .isEqualTo(new Fulfilled(new AlreadyGranted(false)));

    assertThat(ledger().find(ada)).isEmpty();
  }

  @Test
  default void a_new_user_of_the_address_is_not_touched_by_a_late_run() {
    var ada = newUser();
    var purchase = charged(auditReader().account(ada));
    assertThat(erase(ada)).isEqualTo(new Erased());
    var pseudonym = ownerOf(purchase);
    var again = SAMPLES.purchase("cs_again_" + number(ada), 10);

    assertThat(fulfilment().fulfil(paid(ada, again))).isEqualTo(new Fulfilled(TEN));

    var fresh = auditReader().account(ada);
    assertThat(fresh.transactions()).hasSize(1);
    var record = idempotencyRecords().putIfAbsent(record(ada), null, SAMPLES.now());
    assertThat(accountOwners().move(ada, pseudonym, fresh.transactions().getFirst())).isFalse();
    assertThat(accountOwners().deleteRemaining(ada, pseudonym)).isFalse();
    accountOwners().end(ada, pseudonym);
    assertThat(auditReader().account(ada)).isEqualTo(fresh);
    assertThat(idempotencyRecords().putIfAbsent(record(ada), null, SAMPLES.now()))
        .isEqualTo(record);
    Invariants.hold(auditReader(), List.of(ada, pseudonym));
  }

  @Test
  default void an_adjustment_is_not_repeated_for_a_user_who_returned() {
    var ada = newUser();
    var adjustment = Adjustment.of(SAMPLES.id(), 5, "a mistake", "eve", SAMPLES.now());
    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new Adjusted());
    assertThat(erase(ada)).isEqualTo(new Erased());
    assertThat(ledger().create(ada, null, SAMPLES.now()).credits()).isEqualTo(Credits.NONE);

    assertThat(ledger().adjust(ada, adjustment)).isEqualTo(new IdTaken());

    assertThat(ledger().find(ada).orElseThrow().credits()).isEqualTo(Credits.NONE);
  }

  @Test
  default void a_mailbox_gets_welcome_credits_once_even_if_its_user_was_erased() {
    var ada = newUser();
    var tagged = new Email(ada.value().replace("@", "+again@"));
    assertThat(erase(ada)).isEqualTo(new Erased());

    var again = ledger().create(ada, SAMPLES.welcome(2), SAMPLES.now());
    var other = ledger().create(tagged, SAMPLES.welcome(2), SAMPLES.now());

    assertThat(again.credits()).isEqualTo(Credits.NONE);
    assertThat(other.credits()).isEqualTo(Credits.NONE);
    assertThat(ledger().find(ada)).contains(again);
    assertThat(auditReader().account(ada).transactions()).isEmpty();
    assertThat(ledger().create(ada, SAMPLES.welcome(2), SAMPLES.now())).isEqualTo(again);
  }

  @Test
  default void credits_are_forfeited_only_with_consent_even_those_granted_just_before() {
    var ada = newEmail();
    assertThat(ledger().create(ada, null, SAMPLES.now()).credits()).isEqualTo(Credits.NONE);
    var last = SAMPLES.purchase("cs_last_" + number(ada), 10);
    var buying =
        justBeforeTheErasure(() -> assertThat(ledger().grant(ada, last, null)).isEqualTo(TEN));

    assertThat(erasure(buying).erase(ada, false)).isEqualTo(new CreditsLeft());

    assertThat(ledger().find(ada).orElseThrow().credits()).isEqualTo(credits(10));
    assertThat(erase(ada)).isEqualTo(new Erased());
    assertThat(ledger().find(ownerOf(last)).orElseThrow().credits()).isEqualTo(credits(10));
  }

  @Test
  default void nothing_is_erased_while_a_generation_is_pending() {
    var ada = newUser();
    var generation = SAMPLES.order(ada, 1);
    assertThat(generations().start(generation, null, Limits.NONE)).isEqualTo(new Started());
    var before = auditReader().account(ada);

    assertThat(erase(ada)).isEqualTo(new GenerationPending());

    assertThat(auditReader().account(ada)).isEqualTo(before);
    assertThat(feedbackOf(ada)).isPresent();
    assertThat(generations().finish(generation, Samples.succeeded(generation, 3, 0), null))
        .isNotNull();
    assertThat(erase(ada)).isEqualTo(new Erased());
  }

  @Test
  default void a_generation_that_starts_just_before_the_erasure_prevents_it() {
    var ada = newUser();
    var generation = SAMPLES.order(ada, 1);

    var outcome =
        erasure(
                justBeforeTheErasure(
                    () ->
                        assertThat(generations().start(generation, null, Limits.NONE))
                            .isEqualTo(new Started())))
            .erase(ada, true);

    assertThat(outcome).isEqualTo(new GenerationPending());
    assertThat(auditReader().account(ada).generations()).contains(generation);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_purchase_just_before_the_erasure_moves_with_the_account() {
    var ada = newUser();
    var last = SAMPLES.purchase("cs_last_" + number(ada), 10);

    var outcome =
        erasure(
                justBeforeTheErasure(
                    () -> assertThat(ledger().grant(ada, last, null)).isEqualTo(TEN)))
            .erase(ada, true);

    assertThat(outcome).isEqualTo(new Erased());
    assertThat(ownerOf(last).isPseudonym()).isTrue();
    assertNoDiscrepancies();
  }

  @Test
  default void a_generation_that_starts_concurrently_is_rejected_or_prevents_the_erasure() {
    for (var round = 0; round < 10; round++) {
      var ada = newUser();
      var before = auditReader().account(ada);
      var generation = SAMPLES.order(ada, 1);

      var outcomes =
          Race.of(
              2,
              i ->
                  i == 0
                      ? erase(ada)
                      : unlessErasing(() -> generations().start(generation, null, Limits.NONE)));

      if (outcomes.getFirst().equals(new GenerationPending())) {
        assertThat(outcomes.get(1)).isEqualTo(Optional.of(new Started()));
        assertThat(auditReader().account(ada).generations())
            .filteredOn(one -> one.state() instanceof Pending)
            .containsExactly(generation);
        Invariants.hold(auditReader(), List.of(ada));
      } else {
        assertThat(outcomes.getFirst()).isEqualTo(new Erased());
        assertThat(outcomes.get(1)).isNotEqualTo(Optional.of(new Started()));
        assertErased(ada, before);
      }
    }
  }

  @Test
  default void concurrent_purchases_and_a_second_run_lose_nothing() {
    var ada = newUser();
    var before = Objects.requireNonNull(auditReader().account(ada).user()).credits().value();
    var purchases = new ArrayList<Purchase>();
    for (var i = 0; i < 6; i++) {
      purchases.add(SAMPLES.purchase("cs_" + i + "_" + number(ada), 10));
    }

    var outcomes =
        Race.of(
            8,
            i ->
                i < 6
                    ? unlessErasing(() -> fulfilment().fulfil(paid(ada, purchases.get(i))))
                    : erase(ada));

    assertThat(outcomes.subList(6, 8)).contains(new Erased());
    for (var i = 0; i < 6; i++) {
      var missing = outcomes.get(i).equals(Optional.empty());
      assertThat(fulfilment().fulfil(paid(ada, purchases.get(i))))
          .isEqualTo(new Fulfilled(missing ? TEN : new AlreadyGranted(false)));
    }
    var owners = purchases.stream().map(this::ownerOf).distinct().toList();
    var pseudonyms = withAccountsOf(ada, owners);
    Invariants.hold(auditReader(), pseudonyms);
    var now =
        pseudonyms.stream()
            .mapToInt(one -> ledger().find(one).map(u -> u.credits().value()).orElse(0))
            .sum();
    assertThat(now).isEqualTo(before + 60);
    assertNoDiscrepancies();
  }

  // Helpers

  private Erasure erasure(AccountOwnersThatDie recorder) {
    return new Erasure(ledger(), generations(), recorder, recorder, new SecureRandom());
  }

  private ErasureOutcome erase(Email ada) {
    return erasure(AccountOwnersThatDie.never(accountOwners())).erase(ada, true);
  }

  private AccountOwnersThatDie justBeforeTheErasure(Runnable once) {
    var done = new AtomicBoolean();
    return new AccountOwnersThatDie(accountOwners(), Integer.MAX_VALUE) {
      @Override
      public void begin(User user, Email pseudonym) {
        if (done.compareAndSet(false, true)) {
          once.run();
        }
        super.begin(user, pseudonym);
      }
    };
  }

  private boolean died(AccountOwnersThatDie dying, Email ada) {
    try {
      assertThat(erasure(dying).erase(ada, true)).isEqualTo(new Erased());
      return false;
    } catch (Dead _) {
      return true;
    }
  }

  private static <T> Optional<T> unlessErasing(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (IllegalStateException _) {
      return Optional.empty();
    }
  }

  /**
   * Creates a user with a bit of everything: purchases, a refunded payment, a generation with a
   * refund, a promotion, and feedback.
   */
  private Email newUser() {
    var ada = newEmail();
    assertThat(ledger().create(ada, SAMPLES.welcome(2), SAMPLES.now()).email()).isEqualTo(ada);
    assertThat(ledger().linkCustomer(ada, new CustomerId("cus_1"), null, SAMPLES.now()))
        .isNotNull();
    var charged = SAMPLES.purchase("cs_charged_" + number(ada), 10);
    var charge = new Charge(payment(charged), Money.usd(999));
    var paid = orders().place(PurchaseOrdersContract.order(ada));
    assertThat(ledger().grant(ada, charged, charge, paid.id())).isEqualTo(TEN);
    var unpaid = orders().place(PurchaseOrdersContract.order(ada));
    orders().opened(unpaid, session(ada));
    var refund = new RefundTotal(charge.payment(), Money.usd(400));
    assertThat(ledger().reverse(refund, SAMPLES.id(), SAMPLES.now()))
        .isEqualTo(new Reversed(ada, -4));
    var generated = SAMPLES.order(ada, 3);
    var key = new Generations.IdempotencyWrite(record(ada, generated), null);
    assertThat(generations().start(generated, key, Limits.NONE)).isEqualTo(new Started());
    assertThat(
            generations()
                .finish(
                    generated, Samples.succeeded(generated, 2, 1), SAMPLES.refund(generated, 1)))
        .isNotNull();
    var promotion = SAMPLES.promotion(2, EXPIRY);
    assertThat(ledger().promote(ada, promotion, false)).isEqualTo(new Promoted());
    writeFeedback(ada);
    return ada;
  }

  /** The session of the unpaid purchase order. */
  private static SessionId session(Email ada) {
    return new SessionId("cs_unpaid_" + number(ada));
  }

  private static IdempotencyRecord record(Email ada) {
    return record(ada, SAMPLES.order(ada, 3));
  }

  private static IdempotencyRecord record(Email ada, Generation generation) {
    return IdempotencyRecord.of(
        ada,
        IdempotencyRecord.Scope.GENERATE,
        KEY,
        RequestFingerprint.of("request"),
        generation.id().value(),
        generation.createdAt());
  }

  private void writeFeedback(Email ada) {
    feedbackStore().add(new Feedback(UUID.randomUUID(), message(ada), ada, SAMPLES.now()));
  }

  private static String number(Email ada) {
    return ada.value().replaceAll("\\D", "");
  }

  private static String message(Email ada) {
    return "number " + number(ada);
  }

  private Optional<Feedback> feedbackOf(Email ada) {
    return feedback().stream()
        .filter(feedback -> feedback.message().equals(message(ada)))
        .findFirst();
  }

  private static Purchase charged(Account account) {
    return account.transactions().stream()
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

  /** The owner of a purchase, by its grant record. */
  private Email ownerOf(Purchase purchase) {
    return WholeAudit.scan(auditReader()).stream()
        .filter(AuditReader.StoredItem.GrantRecordItem.class::isInstance)
        .map(item -> ((AuditReader.StoredItem.GrantRecordItem) item).grantRecord())
        .filter(grantRecord -> grantRecord.session().equals(purchase.session()))
        .map(GrantRecord::owner)
        .findFirst()
        .orElseThrow();
  }

  private List<Email> withAccountsOf(Email ada, List<Email> owners) {
    var all = new ArrayList<>(owners);
    if (!all.contains(ada)) {
      all.add(ada);
    }
    var charged = SAMPLES.purchase("cs_charged_" + number(ada), 10);
    var first = ownerOf(charged);
    if (!all.contains(first)) {
      all.add(first);
    }
    return all;
  }

  /**
   * Checks that both addresses lead to the same consistent account, and that no credits have moved.
   */
  private void assertConsistent(Email ada, Account before) {
    var account = auditReader().account(ada);
    var owner = account.user() == null ? ownerOf(charged(before)) : account.owner();
    assertThat(auditReader().account(owner).user())
        .isEqualTo(
            owner.equals(ada) ? before.user() : Objects.requireNonNull(before.user()).as(owner));
    assertThat(auditReader().account(owner).transactions())
        .containsExactlyInAnyOrderElementsOf(before.transactions());
    Invariants.hold(auditReader(), List.of(ada, owner));
    assertThat(auditReader().transaction(before.grantRecords().getFirst())).isPresent();
  }

  private void assertErased(Email ada, Account before) {
    assertThat(auditReader().account(ada))
        .isEqualTo(new Account(ada, null, List.of(), List.of(), List.of(), List.of(), List.of()));
    assertThat(ledger().find(ada)).isEmpty();
    assertThat(accountOwners().findOwner(ada)).isEmpty();
    assertThat(feedbackOf(ada)).isEmpty();
    assertThat(isStored(ada)).isFalse();
    var record = record(ada);
    assertThat(idempotencyRecords().putIfAbsent(record, null, SAMPLES.now())).isEqualTo(record);
    var pseudonym = ownerOf(charged(before));
    assertThat(pseudonym.isPseudonym()).isTrue();
    var after = auditReader().account(pseudonym);
    assertThat(after.user()).isEqualTo(Objects.requireNonNull(before.user()).as(pseudonym));
    assertThat(after.transactions()).containsExactlyInAnyOrderElementsOf(before.transactions());
    assertThat(after.generations())
        .containsExactlyInAnyOrderElementsOf(
            before.generations().stream().map(one -> one.erased(pseudonym)).toList());
    assertThat(Discrepancies.of(after)).isEmpty();
  }

  private void assertNoDiscrepancies() {
    assertThat(WholeAudit.of(auditReader())).isEmpty();
  }
}
