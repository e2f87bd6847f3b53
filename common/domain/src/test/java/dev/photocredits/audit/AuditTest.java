package dev.photocredits.audit;

import static dev.photocredits.ledger.Samples.credits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.Books.Kept;
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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An audit that finds nothing finds nothing because there is nothing. */
final class AuditTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final PaymentIntentId PAYMENT = new PaymentIntentId("pi_1");

  private final Samples samples = new Samples(new Random(7));
  private final InMemoryLedger ledger = new InMemoryLedger();

  /** Ada bought, spent three, got one back, and half of her money. */
  @BeforeEach
  void a_bit_of_everything() {
    assertThat(ledger.create(ADA, samples.welcome(2), samples.now())).isNotNull();
    var charge = new Charge(PAYMENT, Money.usd(999));
    assertThat(ledger.grant(ADA, samples.purchase("cs_1", 10), charge)).isNotNull();
    var order = samples.order(ADA, 3);
    assertThat(ledger.start(order, Samples.usage(order), null, Limits.NONE)).isNotNull();
    assertThat(ledger.finish(order, Samples.succeeded(order, 2, 1), samples.refund(order, 1)))
        .isNotNull();
    assertThat(ledger.reverse(new Refunded(PAYMENT, Money.usd(500)), samples.id(), samples.now()))
        .isNotNull();
  }

  @Test
  void books_that_add_up_have_no_differences() {
    var audited = audit(ledger);

    assertThat(audited).isEqualTo(new Audit.Audited(1, 0, List.of(), true));
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
        new Wrong("no user", "there is no user, and 5 entries", account -> user(account, null)));
  }

  @ParameterizedTest
  @MethodSource("wrongs")
  void whatever_is_wrong_is_named(Wrong wrong) {
    var audited = audit(new OtherBooks(ledger, wrong.how()));

    assertThat(audited.differences())
        .extracting(Difference::what)
        .anySatisfy(what -> assertThat(what).contains(wrong.said()));
    assertThat(audited.differences()).extracting(Difference::owner).containsOnly(ADA);
  }

  @Test
  void a_mark_without_its_purchase_is_a_payment_that_would_never_be_granted() {
    var books =
        new OtherBooks(ledger, account -> account) {
          @Override
          public Stream<Kept> all() {
            var mark = ledger.account(ADA).marks().getFirst();
            var stray = new SessionMark(mark.session(), ADA, samples.id(), null, null);
            return Stream.of(new Kept.Mark(stray));
          }
        };

    assertThat(audit(books).differences())
        .containsExactly(
            new Difference(ADA, "session cs_1 is marked as granted, and its purchase is missing"));
  }

  @Test
  void an_account_is_read_once_however_many_purchases_it_has() {
    for (var i = 2; i < 10; i++) {
      assertThat(ledger.grant(ADA, samples.purchase("cs_" + i, 10), null)).isNotNull();
    }
    var reads = new ArrayList<Account>();
    var books =
        new OtherBooks(
            ledger,
            account -> {
              reads.add(account);
              return account;
            }) {
          @Override
          public Stream<Kept> all() {
            return ledger.all();
          }
        };

    assertThat(audit(books)).isEqualTo(new Audit.Audited(1, 0, List.of(), true));

    assertThat(reads).hasSize(1);
  }

  @Test
  void an_account_that_is_written_to_while_it_is_read_is_read_again() {
    var reads = new ArrayList<Account>();
    var books =
        new OtherBooks(
            ledger,
            account -> {
              reads.add(account);
              return reads.size() == 1 ? without(account, "usage") : account;
            });

    assertThat(audit(books).differences()).isEmpty();
  }

  @Test
  void an_account_that_never_stands_still_is_not_judged() {
    var reads = new ArrayList<Account>();
    var books =
        new OtherBooks(
            ledger,
            account -> {
              reads.add(account);
              return user(account, credits(100 + reads.size()), credits(0));
            });

    var audited = audit(books);

    assertThat(audited.differences()).isEmpty();
    assertThat(audited.unsettled()).isEqualTo(1);
  }

  @Test
  void an_audit_without_time_says_that_it_is_not_complete() {
    var audited = new Audit(ledger, InstantSource.fixed(Instant.MAX)).run(Instant.MAX);

    assertThat(audited.isComplete()).isFalse();
  }

  private static Audit.Audited audit(Books books) {
    return new Audit(books, InstantSource.system()).run(Instant.MAX);
  }

  private static Account user(Account of, Credits credits, Credits debt) {
    var user = Objects.requireNonNull(of.user());
    return user(
        of,
        new User(
            ADA,
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
            ADA,
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
    return new Account(ADA, user, of.entries(), of.generations(), of.marks(), of.payments());
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
    return new Account(ADA, of.user(), entries, of.generations(), of.marks(), of.payments());
  }

  private static Account generations(Account of, List<Generation> generations) {
    return new Account(ADA, of.user(), of.entries(), generations, of.marks(), of.payments());
  }

  private static Account marks(Account of, List<SessionMark> marks, List<Payment> payments) {
    return new Account(ADA, of.user(), of.entries(), of.generations(), marks, payments);
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
  private static class OtherBooks implements Books {
    private final Books books;
    private final UnaryOperator<Account> change;

    OtherBooks(Books books, UnaryOperator<Account> change) {
      this.books = books;
      this.change = change;
    }

    @Override
    public Stream<Kept> all() {
      return books.all().filter(Kept.Owner.class::isInstance);
    }

    @Override
    public Account account(Email owner) {
      return change.apply(books.account(owner));
    }

    @Override
    public Optional<Transaction> entry(SessionMark mark) {
      return books.entry(mark);
    }
  }
}
