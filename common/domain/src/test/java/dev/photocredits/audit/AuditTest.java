package dev.photocredits.audit;

import static dev.photocredits.ledger.Samples.credits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditOutcome.NotRunning;
import dev.photocredits.audit.AuditOutcome.Overtaken;
import dev.photocredits.audit.AuditOutcome.Partial;
import dev.photocredits.audit.AuditReader.StoredItem;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.Lot;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.OpenReversals.Open;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.User;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Limits;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.Sale;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the audit finds every kind of inconsistency, and nothing in a consistent ledger. */
final class AuditTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final PaymentIntentId PAYMENT = new PaymentIntentId("pi_1");

  private static final PurchaseOrderId ORDER = new PurchaseOrderId(new UUID(7, 7));

  private final Samples samples = new Samples(new Random(7));
  private final InMemoryLedger ledger = new InMemoryLedger(5);
  private final Positions positions = Positions.inMemory();
  private final TickingClock clock = new TickingClock();
  private final WholeAudit.Heard reported = new WholeAudit.Heard();

  /**
   * Ada buys a pack, pays three credits for a generation, gets one back, and is refunded half of
   * her payment.
   */
  @BeforeEach
  void createAdasAccount() {
    assertThat(ledger.create(ADA, samples.welcome(2), samples.now())).isNotNull();
    var charge = new Charge(PAYMENT, Money.usd(999));
    var sale = new Sale("Starter Pack", credits(10), Money.usd(999));
    var sold = new PurchaseOrder(ORDER, ADA, "starter", sale, "test", samples.now(), null);
    assertThat(ledger.place(sold)).isEqualTo(sold);
    assertThat(ledger.grant(ADA, samples.purchase("cs_1", 10), charge, ORDER)).isNotNull();
    var generation = samples.order(ADA, 3);
    assertThat(ledger.start(generation, null, Limits.NONE)).isNotNull();
    assertThat(
            ledger.finish(
                generation, Samples.succeeded(generation, 2, 1), samples.refund(generation, 1)))
        .isNotNull();
    assertThat(
            ledger.reverse(new RefundTotal(PAYMENT, Money.usd(500)), samples.id(), samples.now()))
        .isNotNull();
  }

  @Test
  void accounts_that_add_up_have_no_discrepancies() {
    var audit = audit(ledger);

    var outcome = audit.run(Instant.MAX, reported);

    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 0, 0)));
    assertThat(reported.discrepancies).isEmpty();
    assertThat(reported.completed).containsExactly(new Tally(1, 0, 0));
  }

  /** A way in which an account can be inconsistent, and what the audit says about it. */
  record Inconsistency(String name, String message, UnaryOperator<Account> change) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Inconsistency> inconsistencies() {
    return Stream.of(
        new Inconsistency(
            "an unexplained credit",
            "the balance is 6, but the transactions add up to 5",
            account -> withUser(account, credits(6), credits(0))),
        new Inconsistency(
            "unexplained expiring credits",
            "the lots are not what the transactions added and withdrew",
            account -> withLots(account, 5)),
        new Inconsistency(
            "more expiring credits than the balance",
            "the lots hold 6 credits, but the balance is 5",
            account -> withLots(account, 6)),
        new Inconsistency(
            "lots of a reversal that withdrew none",
            "the lots of open reversals are not what the reversals withdrew and have not returned",
            AuditTest::withOpenLots),
        new Inconsistency(
            "a price paid with expired credits",
            "spends credits that have expired",
            AuditTest::paidWithExpired),
        new Inconsistency(
            "an expiry of credits that have not expired",
            "removes credits that have not expired",
            AuditTest::expiredTooEarly),
        new Inconsistency(
            "an unexplained debt",
            "the debt is 1, but the transactions add up to 0",
            account -> withUser(account, credits(5), credits(1))),
        new Inconsistency(
            "a missing transaction",
            "the balance is 5, but the transactions add up to 10",
            account -> without(account, "reversal")),
        new Inconsistency(
            "a missing purchase",
            "the total purchased is 999, but the purchases add up to 0",
            account -> without(account, "purchase")),
        new Inconsistency(
            "a missing usage", "has 0 usages instead of 1", account -> without(account, "usage")),
        new Inconsistency(
            "a missing refund",
            "is 1, but its transactions refunded 0",
            account -> without(account, "refund")),
        new Inconsistency(
            "a duplicate transaction",
            "has 2 usages instead of 1",
            account -> withTransactions(account, twice(account.transactions(), "usage"))),
        new Inconsistency(
            "a duplicate purchase",
            "session cs_1 was granted more than once",
            account -> withTransactions(account, twice(account.transactions(), "purchase"))),
        new Inconsistency(
            "a missing generation",
            "refers to a missing generation",
            account -> withGenerations(account, List.of())),
        new Inconsistency(
            "a missing grant record",
            "session cs_1 was granted without a matching grant record",
            account -> withGrantRecords(account, List.of(), account.payments())),
        new Inconsistency(
            "a missing payment",
            "the payment of session cs_1 is missing",
            account -> withGrantRecords(account, account.grantRecords(), List.of())),
        new Inconsistency(
            "a payment with too few reversed credits",
            "the reversed part of payment pi_1 is 4, but its reversals add up to 5",
            account ->
                withGrantRecords(
                    account, account.grantRecords(), List.of(changedPayment(account, 4)))),
        new Inconsistency(
            "a payment of another user",
            "payment pi_1 belongs to another user",
            account ->
                withGrantRecords(
                    account,
                    account.grantRecords(),
                    List.of(account.payments().getFirst().movedTo(new Email("eve@example.com"))))),
        new Inconsistency(
            "a missing purchase order",
            "purchase order " + ORDER + " of session cs_1 is missing",
            account -> withOrders(account, List.of())),
        new Inconsistency(
            "a purchase order for fewer credits",
            "the grant of session cs_1 is 10, but its purchase order sold 9",
            account -> withOrders(account, List.of(changedOrder(account, 9, Instant.EPOCH)))),
        new Inconsistency(
            "an unpaid purchase order",
            "session cs_1 paid purchase order " + ORDER + ", which is stored as unpaid",
            account -> withOrders(account, List.of(changedOrder(account, 10, null)))),
        new Inconsistency(
            "a paid purchase order without a purchase",
            "purchase order " + ORDER + " is paid, but its purchase is missing",
            account -> withGrantRecords(account, List.of(), account.payments())),
        new Inconsistency(
            "a missing user",
            "the profile is missing, but there are 5 transactions",
            account -> withUser(account, null)));
  }

  @ParameterizedTest
  @MethodSource("inconsistencies")
  void every_inconsistency_is_reported(Inconsistency inconsistency) {
    var audit = audit(new ChangedAuditReader(ledger, inconsistency.change()));

    var outcome = audit.run(Instant.MAX, reported);

    assertThat(reported.discrepancies)
        .extracting(Discrepancy::what)
        .anySatisfy(what -> assertThat(what).contains(inconsistency.message()));
    assertThat(reported.discrepancies).extracting(Discrepancy::owner).containsOnly(ADA);
    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 0, reported.discrepancies.size())));
  }

  @Test
  void a_grant_record_without_its_purchase_is_reported() {
    var grantRecord = ledger.account(ADA).grantRecords().getFirst();
    var stray = new GrantRecord(grantRecord.session(), ADA, samples.id(), null, null);

    assertThat(audit(new StoredItem.GrantRecordItem(stray)))
        .containsExactly(
            new Discrepancy(ADA, "session cs_1 has a grant record, but its purchase is missing"));
  }

  @Test
  void a_payment_whose_session_has_no_grant_record_is_reported() {
    var grant = new Payment.Grant(ADA, new SessionId("cs_2"), credits(10), Money.usd(999));
    var stray = Payment.unknown(new PaymentIntentId("pi_2")).granted(grant);

    assertThat(audit(new StoredItem.PaymentItem(stray)))
        .containsExactly(
            new Discrepancy(ADA, "payment pi_2 granted session cs_2, which has no grant record"));
  }

  @Test
  void a_second_payment_for_a_session_is_reported() {
    var grant = new Payment.Grant(ADA, new SessionId("cs_1"), credits(10), Money.usd(999));
    var second = Payment.unknown(new PaymentIntentId("pi_2")).granted(grant);

    assertThat(audit(new StoredItem.PaymentItem(second)))
        .containsExactly(
            new Discrepancy(
                ADA,
                "payment pi_2 granted session cs_1, whose grant record names another payment"));
  }

  @Test
  void a_reversal_of_a_payment_that_granted_nothing_is_reported() {
    var clean = Payment.unknown(new PaymentIntentId("pi_2"));
    var wrong =
        new Payment(
            clean.id(), null, clean.refunded(), clean.refunds(), clean.disputes(), credits(3), 1);

    assertThat(audit(new StoredItem.PaymentItem(clean), new StoredItem.PaymentItem(wrong)))
        .containsExactly(
            new Discrepancy(
                null, "payment pi_2 granted nothing, but 3 credits of it are reversed"));
  }

  @Test
  void transactions_without_a_profile_are_reported() {
    var auditReader =
        new ChangedAuditReader(ledger, account -> withUser(account, null)) {
          @Override
          public boolean hasProfile(Email owner) {
            return false;
          }

          @Override
          StoredItem found(StoredItem item) {
            return item instanceof StoredItem.Profile(var owner)
                ? new StoredItem.Leftover(owner)
                : item;
          }
        };

    var outcome = audit(auditReader).run(Instant.MAX, reported);

    assertThat(reported.discrepancies)
        .containsExactly(
            new Discrepancy(ADA, "the profile is missing, but there are 5 transactions"));
    assertThat(outcome).isEqualTo(new Complete(new Tally(0, 0, 1)));
  }

  @Test
  void an_account_that_moved_after_the_scan_is_no_discrepancy() {
    assertThat(audit(new StoredItem.Leftover(new Email("gone@example.com")))).isEmpty();
  }

  @Test
  void an_unreadable_item_is_reported_and_does_not_stop_the_audit() {
    createAccounts(20);
    var damaged = new Email("person3@example.com");
    var auditReader =
        new ChangedAuditReader(ledger, account -> account) {
          @Override
          public Account account(Email owner) {
            if (owner.equals(damaged)) {
              throw new Unreadable("TXN#1", new IllegalStateException("a stored item has no type"));
            }
            return super.account(owner);
          }

          @Override
          StoredItem found(StoredItem item) {
            return item instanceof StoredItem.PaymentItem
                ? new StoredItem.Damaged("PAYMENT#pi_1 / MONEY")
                : item;
          }
        };

    var outcome = audit(auditReader).run(Instant.MAX, reported);

    assertThat(reported.discrepancies)
        .containsExactlyInAnyOrder(
            new Discrepancy(damaged, "TXN#1 cannot be read"),
            new Discrepancy(null, "PAYMENT#pi_1 / MONEY"));
    assertThat(outcome).isEqualTo(new Complete(new Tally(21, 0, 2)));
  }

  @Test
  void an_account_with_many_purchases_is_read_once() {
    for (var i = 2; i < 30; i++) {
      assertThat(ledger.grant(ADA, samples.purchase("cs_" + i, 10), null)).isNotNull();
    }
    var auditReader = new ChangedAuditReader(ledger, account -> account);

    var outcome = audit(auditReader).run(Instant.MAX, reported);

    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 0, 0)));
    assertThat(auditReader.read).containsExactly(ADA);
  }

  @Test
  void an_account_that_changes_while_it_is_read_is_read_again() {
    var reads = new AtomicInteger();
    var auditReader =
        new ChangedAuditReader(
            ledger, account -> reads.incrementAndGet() == 1 ? without(account, "usage") : account);

    var outcome = audit(auditReader).run(Instant.MAX, reported);

    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 0, 0)));
  }

  @Test
  void an_account_that_keeps_changing_is_reported_as_unsettled() {
    var reads = new AtomicInteger();
    var auditReader =
        new ChangedAuditReader(
            ledger,
            account -> withUser(account, credits(100 + reads.incrementAndGet()), credits(0)));

    var outcome = audit(auditReader).run(Instant.MAX, reported);

    assertThat(reported.discrepancies).isEmpty();
    assertThat(reported.unsettled).containsExactly(ADA);
    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 1, 0)));
  }

  // Audits of several runs

  @Test
  void an_audit_continues_over_several_runs_until_it_has_seen_everything() {
    createAccounts(60);
    var auditReader = new ChangedAuditReader(ledger, account -> account);
    var audit = audit(auditReader);
    var outcomes = new ArrayList<AuditOutcome>();

    do {
      outcomes.add(audit.run(clock.in(20), reported));
    } while (!(outcomes.getLast() instanceof Complete));

    assertThat(outcomes).hasSizeGreaterThan(3);
    assertThat(outcomes.subList(0, outcomes.size() - 1)).hasOnlyElementsOfType(Partial.class);
    assertThat(outcomes.getLast()).isEqualTo(new Complete(new Tally(61, 0, 0)));
    assertThat(reported.completed).containsExactly(new Tally(61, 0, 0));
    assertThat(Set.copyOf(auditReader.read)).hasSize(61);
  }

  @Test
  void a_run_without_time_changes_nothing() {
    var outcome = audit(ledger).run(clock.in(0), reported);

    assertThat(outcome).isEqualTo(new Partial(Tally.NOTHING));
    assertThat(positions.find()).isEmpty();
  }

  @Test
  void a_discrepancy_is_reported_by_the_run_that_finds_it_and_counted_by_the_last_run() {
    createAccounts(60);
    var wrong =
        new ChangedAuditReader(ledger, account -> withUser(account, credits(77), credits(0)));
    var reportedByRun = new ArrayList<Integer>();
    var audit = audit(wrong);

    AuditOutcome outcome;
    do {
      outcome = audit.run(clock.in(40), reported);
      reportedByRun.add(reported.discrepancies.size());
    } while (!(outcome instanceof Complete));

    assertThat(reportedByRun.getFirst()).isBetween(1, 60);
    assertThat(outcome).isEqualTo(new Complete(new Tally(61, 0, reported.discrepancies.size())));
    assertThat(Set.copyOf(reported.discrepancies)).hasSize(reported.discrepancies.size());
  }

  @Test
  void a_run_that_dies_before_it_saves_is_repeated_and_counts_once() {
    createAccounts(20);
    var wrong =
        new ChangedAuditReader(ledger, account -> withUser(account, credits(77), credits(0)));
    var dying = new PositionsThatFail(positions, 2, false);

    assertThatThrownBy(() -> audit(wrong, dying, 2).run(Instant.MAX, reported))
        .isInstanceOf(UncheckedIOException.class);
    var outcome = audit(wrong).run(Instant.MAX, reported);

    var different = Set.copyOf(reported.discrepancies).size();
    assertThat(outcome).isEqualTo(new Complete(new Tally(21, 0, different)));
    assertThat(reported.discrepancies).hasSizeGreaterThan(different);
  }

  @Test
  void an_audit_whose_last_reply_is_lost_was_reported_as_complete() {
    var losing = new PositionsThatFail(positions, 1, true);

    assertThatThrownBy(() -> audit(ledger, losing, 1).run(Instant.MAX, reported))
        .isInstanceOf(UncheckedIOException.class);
    var outcome = audit(ledger).resume(Instant.MAX, reported);

    assertThat(outcome).isEqualTo(new NotRunning());
    assertThat(reported.completed).containsExactly(new Tally(1, 0, 0));
  }

  @Test
  void an_unavailable_store_fails_the_run_but_keeps_the_progress_of_the_audit() {
    createAccounts(60);
    var audit = audit(ledger);
    assertThat(audit.run(clock.in(40), reported)).isInstanceOf(Partial.class);
    var before = positions.find();
    var away =
        new ChangedAuditReader(
            ledger,
            account -> {
              throw new UncheckedIOException(new IOException("connection refused"));
            });

    assertThatThrownBy(() -> audit(away).run(Instant.MAX, reported))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(positions.find()).isEqualTo(before);
    assertThat(audit.resume(Instant.MAX, reported)).isEqualTo(new Complete(new Tally(61, 0, 0)));
  }

  @Test
  void of_two_concurrent_runs_one_is_overtaken_and_nothing_is_counted_twice() {
    createAccounts(60);
    var first = audit(ledger);
    var overtaking =
        new ChangedAuditReader(ledger, account -> account) {
          private final AtomicBoolean done = new AtomicBoolean();

          @Override
          public Account account(Email owner) {
            if (done.compareAndSet(false, true)) {
              assertThat(first.run(clock.in(40), reported)).isInstanceOf(Partial.class);
            }
            return super.account(owner);
          }
        };

    var outcome = audit(overtaking).run(Instant.MAX, reported);

    assertThat(outcome).isEqualTo(new Overtaken());
    assertThat(reported.completed).isEmpty();
    assertThat(first.resume(Instant.MAX, reported)).isEqualTo(new Complete(new Tally(61, 0, 0)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void a_deployment_that_changes_the_number_of_segments_does_not_affect_a_running_audit(int later) {
    createAccounts(60);
    assertThat(audit(ledger).run(clock.in(40), reported)).isInstanceOf(Partial.class);
    var changed = audit(ledger, positions, later);

    var outcome = changed.run(Instant.MAX, reported);

    assertThat(outcome).isEqualTo(new Complete(new Tally(61, 0, 0)));
    assertThat(positions.find().orElseThrow().segments()).hasSize(2);
    assertThat(changed.run(Instant.MAX, reported)).isEqualTo(outcome);
    assertThat(positions.find().orElseThrow().segments()).hasSize(later);
  }

  @Test
  void an_audit_that_was_not_continued_for_two_days_starts_over() {
    createAccounts(60);
    var audit = audit(ledger);
    assertThat(audit.run(clock.in(40), reported)).isInstanceOf(Partial.class);
    var begun = positions.find().orElseThrow();
    clock.add(Duration.ofDays(2));

    assertThat(audit.resume(Instant.MAX, reported)).isEqualTo(new NotRunning());
    var outcome = audit.run(Instant.MAX, reported);

    assertThat(outcome).isEqualTo(new Complete(new Tally(61, 0, 0)));
    assertThat(positions.find().orElseThrow().startedAt())
        .isAfter(begun.startedAt().plus(Duration.ofDays(2)));
  }

  @Test
  void an_audit_that_is_continued_in_time_never_starts_over() {
    createAccounts(60);
    var audit = audit(ledger);
    assertThat(audit.run(clock.in(20), reported)).isInstanceOf(Partial.class);
    var begun = positions.find().orElseThrow();

    AuditOutcome outcome;
    do {
      clock.add(Duration.ofDays(1));
      outcome = audit.resume(clock.in(20), reported);
    } while (outcome instanceof Partial);

    assertThat(outcome).isEqualTo(new Complete(new Tally(61, 0, 0)));
    assertThat(positions.find().orElseThrow().startedAt()).isEqualTo(begun.startedAt());
    assertThat(clock.instant()).isAfter(begun.startedAt().plus(Duration.ofDays(3)));
  }

  @Test
  void a_complete_audit_is_not_resumed_and_the_next_run_starts_a_new_one() {
    var audit = audit(ledger);
    assertThat(audit.run(Instant.MAX, reported)).isInstanceOf(Complete.class);

    assertThat(audit.resume(Instant.MAX, reported)).isEqualTo(new NotRunning());
    assertThat(audit.run(Instant.MAX, reported)).isEqualTo(new Complete(new Tally(1, 0, 0)));

    assertThat(reported.completed).hasSize(2);
  }

  private Audit audit(AuditReader auditReader) {
    return audit(auditReader, positions, 2);
  }

  private Audit audit(AuditReader auditReader, Positions kept, int segments) {
    return new Audit(auditReader, kept, segments, WholeAudit.THREADS, clock);
  }

  /** Audits Ada's account and these items, and returns the discrepancies. */
  private List<Discrepancy> audit(StoredItem... also) {
    var auditReader =
        new ChangedAuditReader(ledger, account -> account) {
          @Override
          public Scanned scan(int segment, int segments, @Nullable String after) {
            return new Scanned(List.of(also), null);
          }
        };
    var _ = audit(auditReader, Positions.inMemory(), 1).run(Instant.MAX, reported);
    return reported.discrepancies;
  }

  /** Creates that many accounts besides Ada's. */
  private void createAccounts(int count) {
    for (var i = 0; i < count; i++) {
      var email = new Email("person" + i + "@example.com");
      assertThat(ledger.create(email, samples.welcome(3), samples.now())).isNotNull();
    }
  }

  /** A clock that advances by one second whenever it is read. */
  private static final class TickingClock implements InstantSource {
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");

    @Override
    public synchronized Instant instant() {
      now = now.plusSeconds(1);
      return now;
    }

    synchronized void add(Duration time) {
      now = now.plus(time);
    }

    /** The time after that many more readings. */
    synchronized Instant in(int reads) {
      return now.plusSeconds(reads);
    }
  }

  /** Positions that fail once, at a given save, either before or after it is written. */
  private static final class PositionsThatFail implements Positions {
    private final Positions positions;
    private final boolean isSaved;
    private int left;

    PositionsThatFail(Positions positions, int save, boolean isSaved) {
      this.positions = positions;
      this.left = save;
      this.isSaved = isSaved;
    }

    @Override
    public Optional<Position> find() {
      return positions.find();
    }

    @Override
    public boolean save(Position position) {
      var fails = --left == 0;
      if (!fails || isSaved) {
        assertThat(positions.save(position)).isTrue();
      }
      if (fails) {
        throw new UncheckedIOException(new IOException("connection reset"));
      }
      return true;
    }
  }

  private static Account withUser(Account of, Credits credits, Credits debt) {
    var user = Objects.requireNonNull(of.user());
    return withUser(
        of,
        new User(
            of.owner(),
            credits,
            user.lots(),
            new OpenReversals(Map.of(new SessionId("cs_1"), new Open(debt, Lots.NONE))),
            user.stripeCustomer(),
            user.boundTo(),
            user.totalPurchased(),
            user.held(),
            user.createdAt(),
            user.updatedAt()));
  }

  private static Account withOpenLots(Account of) {
    var user = Objects.requireNonNull(of.user());
    var lots = lot(of.transactions().getFirst(), Duration.ZERO);
    return withUser(
        of,
        new User(
            ADA,
            user.credits(),
            user.lots(),
            new OpenReversals(Map.of(new SessionId("cs_1"), new Open(credits(0), lots))),
            user.stripeCustomer(),
            user.boundTo(),
            user.totalPurchased(),
            user.held(),
            user.createdAt(),
            user.updatedAt()));
  }

  /** One credit, granted by the transaction, that expires that long after it. */
  private static Lots lot(Transaction transaction, Duration after) {
    return Lots.of(new Lot(transaction.id(), credits(1), transaction.createdAt().plus(after)));
  }

  private static Account paidWithExpired(Account of) {
    return withTransactions(
        of,
        of.transactions().stream()
            .map(
                transaction ->
                    transaction instanceof Usage u ? u.of(lot(u, Duration.ZERO)) : transaction)
            .toList());
  }

  private static Account expiredTooEarly(Account of) {
    var first = of.transactions().getFirst();
    var expiry =
        new Expiry(first.id(), lot(first, Duration.ofNanos(1)), "Expired", first.createdAt());
    return withTransactions(
        of, Stream.concat(of.transactions().stream(), Stream.of(expiry)).toList());
  }

  private static Account withLots(Account of, int left) {
    var user = Objects.requireNonNull(of.user());
    var transaction = of.transactions().getFirst();
    return withUser(
        of,
        new User(
            of.owner(),
            user.credits(),
            Lots.of(new Lot(transaction.id(), credits(left), transaction.createdAt())),
            user.reversals(),
            user.stripeCustomer(),
            user.boundTo(),
            user.totalPurchased(),
            user.held(),
            user.createdAt(),
            user.updatedAt()));
  }

  private static Account withUser(Account of, @Nullable User user) {
    return new Account(
        of.owner(),
        user,
        of.transactions(),
        of.generations(),
        of.grantRecords(),
        of.payments(),
        of.purchaseOrders());
  }

  private static Account without(Account of, String type) {
    return withTransactions(
        of,
        of.transactions().stream()
            .filter(transaction -> !transaction.type().equals(type))
            .toList());
  }

  private static List<Transaction> twice(List<Transaction> transactions, String type) {
    return Stream.concat(
            transactions.stream(),
            transactions.stream().filter(transaction -> transaction.type().equals(type)))
        .toList();
  }

  private static Account withTransactions(Account of, List<Transaction> transactions) {
    return new Account(
        of.owner(),
        of.user(),
        transactions,
        of.generations(),
        of.grantRecords(),
        of.payments(),
        of.purchaseOrders());
  }

  private static Account withGenerations(Account of, List<Generation> generations) {
    return new Account(
        of.owner(),
        of.user(),
        of.transactions(),
        generations,
        of.grantRecords(),
        of.payments(),
        of.purchaseOrders());
  }

  private static Account withGrantRecords(
      Account of, List<GrantRecord> grantRecords, List<Payment> payments) {
    return new Account(
        of.owner(),
        of.user(),
        of.transactions(),
        of.generations(),
        grantRecords,
        payments,
        of.purchaseOrders());
  }

  private static Account withOrders(Account of, List<PurchaseOrder> orders) {
    return new Account(
        of.owner(),
        of.user(),
        of.transactions(),
        of.generations(),
        of.grantRecords(),
        of.payments(),
        orders);
  }

  /** Ada's purchase order, changed to that many credits and that time of payment. */
  private static PurchaseOrder changedOrder(Account of, int credits, @Nullable Instant paidAt) {
    var order = of.purchaseOrders().getFirst();
    return new PurchaseOrder(
        order.id(),
        of.owner(),
        order.pack(),
        new Sale("Starter Pack", credits(credits), Money.usd(999)),
        order.stage(),
        order.createdAt(),
        paidAt);
  }

  private static Payment changedPayment(Account of, int credits) {
    var payment = of.payments().getFirst();
    return new Payment(
        payment.id(),
        payment.grant(),
        payment.refunded(),
        payment.refunds(),
        payment.disputes(),
        credits(credits),
        payment.version());
  }

  /** Reads the fake, and changes the accounts on the way. */
  private static class ChangedAuditReader implements AuditReader {
    final List<Email> read = Collections.synchronizedList(new ArrayList<>());
    private final AuditReader auditReader;
    private final UnaryOperator<Account> change;

    ChangedAuditReader(AuditReader auditReader, UnaryOperator<Account> change) {
      this.auditReader = auditReader;
      this.change = change;
    }

    StoredItem found(StoredItem item) {
      return item;
    }

    @Override
    public Scanned scan(int segment, int segments, @Nullable String after) {
      var page = auditReader.scan(segment, segments, after);
      return new Scanned(page.items().stream().map(this::found).toList(), page.next());
    }

    @Override
    public Account account(Email owner) {
      read.add(owner);
      return change.apply(auditReader.account(owner));
    }

    @Override
    public boolean hasProfile(Email owner) {
      return auditReader.hasProfile(owner);
    }

    @Override
    public Optional<Transaction> transaction(GrantRecord grantRecord) {
      return auditReader.transaction(grantRecord);
    }

    @Override
    public Optional<GrantRecord> grantRecord(SessionId session) {
      return auditReader.grantRecord(session);
    }
  }
}
