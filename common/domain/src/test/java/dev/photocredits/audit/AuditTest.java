package dev.photocredits.audit;

import static dev.photocredits.ledger.Samples.credits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.AuditOutcome.Complete;
import dev.photocredits.audit.AuditOutcome.NothingUnderWay;
import dev.photocredits.audit.AuditOutcome.Overtaken;
import dev.photocredits.audit.AuditOutcome.Partial;
import dev.photocredits.audit.Books.Kept;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Lot;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.OpenReversals.Open;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.PurchaseOrderId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.SessionMark;
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

/** An audit that finds nothing finds nothing because there is nothing. */
final class AuditTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final PaymentIntentId PAYMENT = new PaymentIntentId("pi_1");

  private static final PurchaseOrderId ORDER = new PurchaseOrderId(new UUID(7, 7));

  private final Samples samples = new Samples(new Random(7));
  private final InMemoryLedger ledger = new InMemoryLedger(5);
  private final Positions positions = Positions.inMemory();
  private final TickingClock clock = new TickingClock();
  private final WholeAudit.Heard heard = new WholeAudit.Heard();

  /** Ada bought, spent three, got one back, and half of her money. */
  @BeforeEach
  void a_bit_of_everything() {
    assertThat(ledger.create(ADA, samples.welcome(2), samples.now())).isNotNull();
    var charge = new Charge(PAYMENT, Money.usd(999));
    var sale = new Sale("Starter Pack", credits(10), Money.usd(999));
    var sold = new PurchaseOrder(ORDER, ADA, "starter", sale, "test", samples.now(), null);
    assertThat(ledger.place(sold)).isEqualTo(sold);
    assertThat(ledger.grant(ADA, samples.purchase("cs_1", 10), charge, ORDER)).isNotNull();
    var order = samples.order(ADA, 3);
    assertThat(ledger.start(order, Samples.usage(order), null, Limits.NONE)).isNotNull();
    assertThat(ledger.finish(order, Samples.succeeded(order, 2, 1), samples.refund(order, 1)))
        .isNotNull();
    assertThat(ledger.reverse(new Refunded(PAYMENT, Money.usd(500)), samples.id(), samples.now()))
        .isNotNull();
  }

  @Test
  void accounts_that_add_up_have_no_discrepancies() {
    var audit = audit(ledger);

    var outcome = audit.run(Instant.MAX, heard);

    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 0, 0)));
    assertThat(heard.discrepancies).isEmpty();
    assertThat(heard.completed).containsExactly(new Tally(1, 0, 0));
  }

  /** A way in which an account can be wrong. */
  record Wrong(String name, String said, UnaryOperator<Account> how) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Wrong> wrongs() {
    return Stream.of(
        new Wrong(
            "a credit out of nothing",
            "the balance is 6, and by the entries it is 5",
            account -> user(account, credits(6), credits(0))),
        new Wrong(
            "credits that expire out of nothing",
            "the lots that expire are not what the entries brought and took",
            account -> lots(account, 5)),
        new Wrong(
            "more that expires than there is",
            "6 credits expire, and fewer are there",
            account -> lots(account, 6)),
        new Wrong(
            "lots of a reversal that took none",
            "the lots of open reversals are not what the reversals took and have not returned",
            AuditTest::withOpenLots),
        new Wrong(
            "a price paid with what had expired",
            "spends what has expired",
            AuditTest::paidWithExpired),
        new Wrong(
            "an expiry of what has not expired",
            "takes what has not expired",
            AuditTest::expiredTooEarly),
        new Wrong(
            "a debt out of nothing",
            "the debt is 1, and by the entries it is 0",
            account -> user(account, credits(5), credits(1))),
        new Wrong(
            "an entry that is missing",
            "the balance is 5, and by the entries it is 10",
            account -> without(account, "reversal")),
        new Wrong(
            "a purchase that is missing",
            "the total purchased is 999, and by the purchases it is 0",
            account -> without(account, "purchase")),
        new Wrong(
            "a usage that is missing",
            "was taken for 0 times",
            account -> without(account, "usage")),
        new Wrong(
            "a refund that is missing",
            "gave back is 1, and by its refund it is 0",
            account -> without(account, "refund")),
        new Wrong(
            "an entry twice",
            "was taken for 2 times",
            account -> entries(account, twice(account.entries(), "usage"))),
        new Wrong(
            "a purchase twice",
            "session cs_1 was granted more than once",
            account -> entries(account, twice(account.entries(), "purchase"))),
        new Wrong(
            "a generation that is missing",
            "is for no generation",
            account -> generations(account, List.of())),
        new Wrong(
            "a mark that is missing",
            "session cs_1 was granted without its mark",
            account -> marks(account, List.of(), account.payments())),
        new Wrong(
            "a payment that is missing",
            "the payment of session cs_1 is not known",
            account -> marks(account, account.marks(), List.of())),
        new Wrong(
            "a payment that says less was reversed",
            "what was reversed of payment pi_1 is 4, and by its reversals it is 5",
            account -> marks(account, account.marks(), List.of(reversed(account, 4)))),
        new Wrong(
            "a payment of another user",
            "payment pi_1 says that it granted to another user",
            account ->
                marks(
                    account,
                    account.marks(),
                    List.of(account.payments().getFirst().movedTo(new Email("eve@example.com"))))),
        new Wrong(
            "a purchase order that is missing",
            "purchase order " + ORDER + " of session cs_1 is missing",
            account -> orders(account, List.of())),
        new Wrong(
            "a purchase order that sold less",
            "what session cs_1 granted is 10, and by its purchase order it is 9",
            account -> orders(account, List.of(order(account, 9, Instant.EPOCH)))),
        new Wrong(
            "a purchase order that is kept as unpaid",
            "session cs_1 paid purchase order " + ORDER + ", kept as unpaid",
            account -> orders(account, List.of(order(account, 10, null)))),
        new Wrong(
            "a paid purchase order without a purchase",
            "purchase order " + ORDER + " is paid, and its purchase is missing",
            account -> marks(account, List.of(), account.payments())),
        new Wrong("no user", "there is no user, and 5 entries", account -> user(account, null)));
  }

  @ParameterizedTest
  @MethodSource("wrongs")
  void everything_that_is_wrong_is_named(Wrong wrong) {
    var audit = audit(new ChangedBooks(ledger, wrong.how()));

    var outcome = audit.run(Instant.MAX, heard);

    assertThat(heard.discrepancies)
        .extracting(Discrepancy::what)
        .anySatisfy(what -> assertThat(what).contains(wrong.said()));
    assertThat(heard.discrepancies).extracting(Discrepancy::owner).containsOnly(ADA);
    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 0, heard.discrepancies.size())));
  }

  @Test
  void a_mark_without_its_purchase_is_a_payment_that_would_never_be_granted() {
    var mark = ledger.account(ADA).marks().getFirst();
    var stray = new SessionMark(mark.session(), ADA, samples.id(), null, null);

    assertThat(audit(new Kept.Mark(stray)))
        .containsExactly(
            new Discrepancy(ADA, "session cs_1 is marked as granted, and its purchase is missing"));
  }

  @Test
  void a_payment_whose_session_has_no_mark_would_be_granted_again() {
    var grant = new Payment.Grant(ADA, new SessionId("cs_2"), credits(10), Money.usd(999));
    var stray = Payment.unheardOf(new PaymentIntentId("pi_2")).granting(grant);

    assertThat(audit(new Kept.Money(stray)))
        .containsExactly(
            new Discrepancy(ADA, "payment pi_2 granted session cs_2, which has no mark"));
  }

  @Test
  void a_session_belongs_to_one_payment() {
    var grant = new Payment.Grant(ADA, new SessionId("cs_1"), credits(10), Money.usd(999));
    var second = Payment.unheardOf(new PaymentIntentId("pi_2")).granting(grant);

    assertThat(audit(new Kept.Money(second)))
        .containsExactly(
            new Discrepancy(
                ADA, "payment pi_2 granted session cs_1, whose mark names another payment"));
  }

  @Test
  void a_payment_that_granted_nothing_reverses_nothing() {
    var news = Payment.unheardOf(new PaymentIntentId("pi_2"));
    var wrong =
        new Payment(
            news.id(), null, news.refunded(), news.refunds(), news.disputes(), credits(3), 1);

    assertThat(audit(new Kept.Money(news), new Kept.Money(wrong)))
        .containsExactly(
            new Discrepancy(
                null, "payment pi_2 granted nothing, and 3 credits of it are reversed"));
  }

  @Test
  void transactions_without_a_profile_are_found() {
    var books =
        new ChangedBooks(ledger, account -> user(account, null)) {
          @Override
          public boolean hasProfile(Email owner) {
            return false;
          }

          @Override
          Kept met(Kept kept) {
            return kept instanceof Kept.Owner(var owner) ? new Kept.Leftover(owner) : kept;
          }
        };

    var outcome = audit(books).run(Instant.MAX, heard);

    assertThat(heard.discrepancies)
        .containsExactly(new Discrepancy(ADA, "there is no user, and 5 entries"));
    assertThat(outcome).isEqualTo(new Complete(new Tally(0, 0, 1)));
  }

  @Test
  void what_has_moved_since_it_was_met_is_no_discrepancy() {
    assertThat(audit(new Kept.Leftover(new Email("gone@example.com")))).isEmpty();
  }

  @Test
  void an_item_that_cannot_be_read_is_named_and_stops_nothing_else() {
    people(20);
    var damaged = new Email("person3@example.com");
    var books =
        new ChangedBooks(ledger, account -> account) {
          @Override
          public Account account(Email owner) {
            if (owner.equals(damaged)) {
              throw new Unreadable("TXN#1", new IllegalStateException("a stored item has no type"));
            }
            return super.account(owner);
          }

          @Override
          Kept met(Kept kept) {
            return kept instanceof Kept.Money ? new Kept.Damaged("PAYMENT#pi_1 / MONEY") : kept;
          }
        };

    var outcome = audit(books).run(Instant.MAX, heard);

    assertThat(heard.discrepancies)
        .containsExactlyInAnyOrder(
            new Discrepancy(damaged, "TXN#1 cannot be read"),
            new Discrepancy(null, "PAYMENT#pi_1 / MONEY"));
    assertThat(outcome).isEqualTo(new Complete(new Tally(21, 0, 2)));
  }

  @Test
  void an_account_is_read_once_however_many_purchases_it_has() {
    for (var i = 2; i < 30; i++) {
      assertThat(ledger.grant(ADA, samples.purchase("cs_" + i, 10), null)).isNotNull();
    }
    var books = new ChangedBooks(ledger, account -> account);

    var outcome = audit(books).run(Instant.MAX, heard);

    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 0, 0)));
    assertThat(books.read).containsExactly(ADA);
  }

  @Test
  void an_account_that_is_written_to_while_it_is_read_is_read_again() {
    var reads = new AtomicInteger();
    var books =
        new ChangedBooks(
            ledger, account -> reads.incrementAndGet() == 1 ? without(account, "usage") : account);

    var outcome = audit(books).run(Instant.MAX, heard);

    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 0, 0)));
  }

  @Test
  void an_account_that_never_stands_still_is_not_judged_and_that_is_told() {
    var reads = new AtomicInteger();
    var books =
        new ChangedBooks(
            ledger, account -> user(account, credits(100 + reads.incrementAndGet()), credits(0)));

    var outcome = audit(books).run(Instant.MAX, heard);

    assertThat(heard.discrepancies).isEmpty();
    assertThat(heard.unsettled).containsExactly(ADA);
    assertThat(outcome).isEqualTo(new Complete(new Tally(1, 1, 0)));
  }

  // An audit of several runs

  @Test
  void an_audit_goes_on_in_the_next_run_and_is_complete_when_it_has_seen_everything() {
    people(60);
    var books = new ChangedBooks(ledger, account -> account);
    var audit = audit(books);
    var outcomes = new ArrayList<AuditOutcome>();

    do {
      outcomes.add(audit.run(clock.in(20), heard));
    } while (!(outcomes.getLast() instanceof Complete));

    assertThat(outcomes).hasSizeGreaterThan(3);
    assertThat(outcomes.subList(0, outcomes.size() - 1)).hasOnlyElementsOfType(Partial.class);
    assertThat(outcomes.getLast()).isEqualTo(new Complete(new Tally(61, 0, 0)));
    assertThat(heard.completed).containsExactly(new Tally(61, 0, 0));
    assertThat(Set.copyOf(books.read)).hasSize(61);
  }

  @Test
  void a_run_without_time_changes_nothing() {
    var outcome = audit(ledger).run(clock.in(0), heard);

    assertThat(outcome).isEqualTo(new Partial(Tally.NOTHING));
    assertThat(positions.find()).isEmpty();
  }

  @Test
  void a_discrepancy_is_told_by_the_run_that_finds_it_and_counted_by_the_last_one() {
    people(60);
    var wrong = new ChangedBooks(ledger, account -> user(account, credits(77), credits(0)));
    var told = new ArrayList<Integer>();
    var audit = audit(wrong);

    AuditOutcome outcome;
    do {
      outcome = audit.run(clock.in(40), heard);
      told.add(heard.discrepancies.size());
    } while (!(outcome instanceof Complete));

    assertThat(told.getFirst()).isBetween(1, 60);
    assertThat(outcome).isEqualTo(new Complete(new Tally(61, 0, heard.discrepancies.size())));
    assertThat(Set.copyOf(heard.discrepancies)).hasSize(heard.discrepancies.size());
  }

  @Test
  void a_run_that_dies_before_it_saves_is_repeated_and_counts_once() {
    people(20);
    var wrong = new ChangedBooks(ledger, account -> user(account, credits(77), credits(0)));
    var dying = new PositionsThatFail(positions, 2, false);

    assertThatThrownBy(() -> audit(wrong, dying, 2).run(Instant.MAX, heard))
        .isInstanceOf(UncheckedIOException.class);
    var outcome = audit(wrong).run(Instant.MAX, heard);

    var different = Set.copyOf(heard.discrepancies).size();
    assertThat(outcome).isEqualTo(new Complete(new Tally(21, 0, different)));
    assertThat(heard.discrepancies).hasSizeGreaterThan(different);
  }

  @Test
  void an_audit_whose_last_reply_is_lost_has_been_told_as_complete() {
    var losing = new PositionsThatFail(positions, 1, true);

    assertThatThrownBy(() -> audit(ledger, losing, 1).run(Instant.MAX, heard))
        .isInstanceOf(UncheckedIOException.class);
    var outcome = audit(ledger).resume(Instant.MAX, heard);

    assertThat(outcome).isEqualTo(new NothingUnderWay());
    assertThat(heard.completed).containsExactly(new Tally(1, 0, 0));
  }

  @Test
  void a_store_that_does_not_answer_fails_the_run_and_loses_nothing_of_the_audit() {
    people(60);
    var audit = audit(ledger);
    assertThat(audit.run(clock.in(40), heard)).isInstanceOf(Partial.class);
    var before = positions.find();
    var away =
        new ChangedBooks(
            ledger,
            account -> {
              throw new UncheckedIOException(new IOException("connection refused"));
            });

    assertThatThrownBy(() -> audit(away).run(Instant.MAX, heard))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(positions.find()).isEqualTo(before);
    assertThat(audit.resume(Instant.MAX, heard)).isEqualTo(new Complete(new Tally(61, 0, 0)));
  }

  @Test
  void of_two_runs_at_once_one_ends_and_nothing_counts_twice() {
    people(60);
    var first = audit(ledger);
    var overtaking =
        new ChangedBooks(ledger, account -> account) {
          private final AtomicBoolean over = new AtomicBoolean();

          @Override
          public Account account(Email owner) {
            if (over.compareAndSet(false, true)) {
              assertThat(first.run(clock.in(40), heard)).isInstanceOf(Partial.class);
            }
            return super.account(owner);
          }
        };

    var outcome = audit(overtaking).run(Instant.MAX, heard);

    assertThat(outcome).isEqualTo(new Overtaken());
    assertThat(heard.completed).isEmpty();
    assertThat(first.resume(Instant.MAX, heard)).isEqualTo(new Complete(new Tally(61, 0, 0)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void a_deployment_that_changes_the_segments_leaves_the_audit_under_way_as_it_was(int later) {
    people(60);
    assertThat(audit(ledger).run(clock.in(40), heard)).isInstanceOf(Partial.class);
    var changed = audit(ledger, positions, later);

    var outcome = changed.run(Instant.MAX, heard);

    assertThat(outcome).isEqualTo(new Complete(new Tally(61, 0, 0)));
    assertThat(positions.find().orElseThrow().segments()).hasSize(2);
    assertThat(changed.run(Instant.MAX, heard)).isEqualTo(outcome);
    assertThat(positions.find().orElseThrow().segments()).hasSize(later);
  }

  @Test
  void an_audit_that_no_run_has_gone_on_with_for_two_days_starts_over() {
    people(60);
    var audit = audit(ledger);
    assertThat(audit.run(clock.in(40), heard)).isInstanceOf(Partial.class);
    var begun = positions.find().orElseThrow();
    clock.add(Duration.ofDays(2));

    assertThat(audit.resume(Instant.MAX, heard)).isEqualTo(new NothingUnderWay());
    var outcome = audit.run(Instant.MAX, heard);

    assertThat(outcome).isEqualTo(new Complete(new Tally(61, 0, 0)));
    assertThat(positions.find().orElseThrow().startedAt())
        .isAfter(begun.startedAt().plus(Duration.ofDays(2)));
  }

  @Test
  void an_audit_that_is_gone_on_with_in_time_is_never_too_old() {
    people(60);
    var audit = audit(ledger);
    assertThat(audit.run(clock.in(20), heard)).isInstanceOf(Partial.class);
    var begun = positions.find().orElseThrow();

    AuditOutcome outcome;
    do {
      clock.add(Duration.ofDays(1));
      outcome = audit.resume(clock.in(20), heard);
    } while (outcome instanceof Partial);

    assertThat(outcome).isEqualTo(new Complete(new Tally(61, 0, 0)));
    assertThat(positions.find().orElseThrow().startedAt()).isEqualTo(begun.startedAt());
    assertThat(clock.instant()).isAfter(begun.startedAt().plus(Duration.ofDays(3)));
  }

  @Test
  void a_complete_audit_is_not_gone_on_with_and_the_next_one_begins_anew() {
    var audit = audit(ledger);
    assertThat(audit.run(Instant.MAX, heard)).isInstanceOf(Complete.class);

    assertThat(audit.resume(Instant.MAX, heard)).isEqualTo(new NothingUnderWay());
    assertThat(audit.run(Instant.MAX, heard)).isEqualTo(new Complete(new Tally(1, 0, 0)));

    assertThat(heard.completed).hasSize(2);
  }

  private Audit audit(Books books) {
    return audit(books, positions, 2);
  }

  private Audit audit(Books books, Positions kept, int segments) {
    return new Audit(books, kept, segments, WholeAudit.THREADS, clock);
  }

  /** What an audit finds that meets these beside Ada's account. */
  private List<Discrepancy> audit(Kept... also) {
    var books =
        new ChangedBooks(ledger, account -> account) {
          @Override
          public Scanned scan(int segment, int segments, @Nullable String after) {
            return new Scanned(List.of(also), null);
          }
        };
    var _ = audit(books, Positions.inMemory(), 1).run(Instant.MAX, heard);
    return heard.discrepancies;
  }

  /** So many accounts beside Ada's. */
  private void people(int count) {
    for (var i = 0; i < count; i++) {
      var email = new Email("person" + i + "@example.com");
      assertThat(ledger.create(email, samples.welcome(3), samples.now())).isNotNull();
    }
  }

  /** A clock that goes on by a second whenever it is read. */
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

    /** The time after so many more reads. */
    synchronized Instant in(int reads) {
      return now.plusSeconds(reads);
    }
  }

  /** Positions that fail once: at that save, before or after it has been done. */
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

  private static Account user(Account of, Credits credits, Credits debt) {
    var user = Objects.requireNonNull(of.user());
    return user(
        of,
        new User(
            of.owner(),
            credits,
            user.lots(),
            new OpenReversals(Map.of(new SessionId("cs_1"), new Open(debt, Lots.NONE))),
            user.stripeCustomer(),
            user.totalPurchased(),
            user.underway(),
            user.createdAt(),
            user.updatedAt()));
  }

  private static Account withOpenLots(Account of) {
    var user = Objects.requireNonNull(of.user());
    var lots = lot(of.entries().getFirst(), Duration.ZERO);
    return user(
        of,
        new User(
            ADA,
            user.credits(),
            user.lots(),
            new OpenReversals(Map.of(new SessionId("cs_1"), new Open(credits(0), lots))),
            user.stripeCustomer(),
            user.totalPurchased(),
            user.underway(),
            user.createdAt(),
            user.updatedAt()));
  }

  /** A credit that expires so long after a transaction. */
  private static Lots lot(Transaction transaction, Duration after) {
    return Lots.of(new Lot(transaction.id(), credits(1), transaction.createdAt().plus(after)));
  }

  private static Account paidWithExpired(Account of) {
    return entries(
        of,
        of.entries().stream()
            .map(entry -> entry instanceof Usage u ? u.of(lot(u, Duration.ZERO)) : entry)
            .toList());
  }

  private static Account expiredTooEarly(Account of) {
    var first = of.entries().getFirst();
    var expiry =
        new Expiry(first.id(), lot(first, Duration.ofNanos(1)), "Expired", first.createdAt());
    return entries(of, Stream.concat(of.entries().stream(), Stream.of(expiry)).toList());
  }

  private static Account lots(Account of, int left) {
    var user = Objects.requireNonNull(of.user());
    var entry = of.entries().getFirst();
    return user(
        of,
        new User(
            of.owner(),
            user.credits(),
            Lots.of(new Lot(entry.id(), credits(left), entry.createdAt())),
            user.reversals(),
            user.stripeCustomer(),
            user.totalPurchased(),
            user.underway(),
            user.createdAt(),
            user.updatedAt()));
  }

  private static Account user(Account of, @Nullable User user) {
    return new Account(
        of.owner(), user, of.entries(), of.generations(), of.marks(), of.payments(), of.orders());
  }

  private static Account without(Account of, String type) {
    return entries(of, of.entries().stream().filter(entry -> !entry.type().equals(type)).toList());
  }

  private static List<Transaction> twice(List<Transaction> entries, String type) {
    return Stream.concat(
            entries.stream(), entries.stream().filter(entry -> entry.type().equals(type)))
        .toList();
  }

  private static Account entries(Account of, List<Transaction> entries) {
    return new Account(
        of.owner(), of.user(), entries, of.generations(), of.marks(), of.payments(), of.orders());
  }

  private static Account generations(Account of, List<Generation> generations) {
    return new Account(
        of.owner(), of.user(), of.entries(), generations, of.marks(), of.payments(), of.orders());
  }

  private static Account marks(Account of, List<SessionMark> marks, List<Payment> payments) {
    return new Account(
        of.owner(), of.user(), of.entries(), of.generations(), marks, payments, of.orders());
  }

  private static Account orders(Account of, List<PurchaseOrder> orders) {
    return new Account(
        of.owner(), of.user(), of.entries(), of.generations(), of.marks(), of.payments(), orders);
  }

  /** The purchase order of Ada's, which sold so many credits and was paid at that time. */
  private static PurchaseOrder order(Account of, int credits, @Nullable Instant paidAt) {
    var order = of.orders().getFirst();
    return new PurchaseOrder(
        order.id(),
        of.owner(),
        order.pack(),
        new Sale("Starter Pack", credits(credits), Money.usd(999)),
        order.stage(),
        order.createdAt(),
        paidAt);
  }

  private static Payment reversed(Account of, int credits) {
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

  /** The fake's books, changed on the way. */
  private static class ChangedBooks implements Books {
    final List<Email> read = Collections.synchronizedList(new ArrayList<>());
    private final Books books;
    private final UnaryOperator<Account> change;

    ChangedBooks(Books books, UnaryOperator<Account> change) {
      this.books = books;
      this.change = change;
    }

    Kept met(Kept kept) {
      return kept;
    }

    @Override
    public Scanned scan(int segment, int segments, @Nullable String after) {
      var page = books.scan(segment, segments, after);
      return new Scanned(page.kept().stream().map(this::met).toList(), page.next());
    }

    @Override
    public Account account(Email owner) {
      read.add(owner);
      return change.apply(books.account(owner));
    }

    @Override
    public boolean hasProfile(Email owner) {
      return books.hasProfile(owner);
    }

    @Override
    public Optional<Transaction> entry(SessionMark mark) {
      return books.entry(mark);
    }

    @Override
    public Optional<SessionMark> mark(SessionId session) {
      return books.mark(session);
    }
  }
}
