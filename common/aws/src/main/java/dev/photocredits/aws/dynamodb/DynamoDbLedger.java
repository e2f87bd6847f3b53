package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Attempt.Done;
import dev.photocredits.aws.dynamodb.Attempt.Refused;
import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.aws.dynamodb.Schemas.Welcomed;
import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantOutcome.NoSuchUser;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.Posting;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.ReversalOutcome.KnownAlready;
import dev.photocredits.credits.ReversalOutcome.Noted;
import dev.photocredits.credits.ReversalOutcome.Reversed;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** {@link Ledger} in DynamoDB. */
final class DynamoDbLedger implements Ledger {
  private final Table table;

  DynamoDbLedger(Table table) {
    this.table = table;
  }

  @Override
  public Optional<User> find(Email email) {
    return table.find(Schemas.USER, Keys.user(email), Keys.PROFILE);
  }

  @Override
  public User create(Email email, @Nullable Promotion welcome, Instant now) {
    var credits = welcome == null ? Credits.NONE : welcome.credits();
    var user =
        new User(email, credits, Credits.NONE, null, Money.usd(0), User.Underway.NOTHING, now, now);
    var parts = new ArrayList<TransactWriteItem>();
    parts.add(table.create(Schemas.USER, user));
    if (welcome != null) {
      parts.add(table.create(Schemas.ENTRY, new Entry(email, welcome)));
      parts.add(table.create(Schemas.WELCOME, new Welcomed(Keys.welcome(email))));
    }
    var written = table.write(parts);
    if (written.isComplete()) {
      return user;
    }
    // Somebody who has been erased is not welcomed again.
    return written.refused(2) && !written.refused(0)
        ? create(email, null, now)
        : written.found(0, Schemas.USER).orElseThrow(written::impossible);
  }

  @Override
  public CustomerId linkCustomer(Email email, CustomerId customer, Instant now) {
    var written =
        table.writeAlone(
            new Change(
                Keys.item(Keys.user(email), Keys.PROFILE),
                "SET stripe_customer_id = :customer, updated_at = :now",
                "attribute_exists(credits) AND attribute_not_exists(stripe_customer_id)",
                Map.of(),
                Map.of(
                    ":customer", AttributeValue.fromS(customer.value()),
                    ":now", AttributeValue.fromS(Fields.time(now)))));
    return written.isComplete()
        ? customer
        : written.found(0, Schemas.USER).flatMap(User::customer).orElseThrow(written::impossible);
  }

  /** What a purchase comes upon. */
  private record Found(Credits debt, @Nullable Payment payment) {}

  @Override
  public GrantOutcome grant(Email email, Purchase purchase, @Nullable Charge charge) {
    var nothing =
        new Found(Credits.NONE, charge == null ? null : Payment.unheardOf(charge.payment()));
    return Attempt.until(nothing, found -> grant(email, purchase, charge, found));
  }

  private Attempt<Found, GrantOutcome> grant(
      Email email, Purchase purchase, @Nullable Charge charge, Found found) {
    var debt = found.debt();
    var before = found.payment();
    @Nullable Payment after =
        before == null || charge == null
            ? null
            : before.granting(Grant.of(email, purchase, charge));
    var mark =
        new SessionMark(
            purchase.session(), email, purchase.id(), charge == null ? null : charge.payment());
    var posting = Posting.granting(debt, purchase, after);
    var parts = new ArrayList<TransactWriteItem>();
    parts.add(table.create(Schemas.MARK, mark));
    parts.add(table.update(Balance.in(email, posting, debt, purchase.createdAt())));
    if (before != null && after != null) {
      parts.add(replace(before, after));
    }
    parts.addAll(Schemas.create(table, email, posting));
    var written = table.write(parts);
    if (written.isComplete()) {
      return new Done<>(
          new Granted(purchase.credits(), after == null ? Credits.NONE : after.reversed()));
    }
    if (written.refused(0)) {
      return new Done<>(new AlreadyGranted());
    }
    if (written.refused(1)) {
      var user = written.found(1, Schemas.USER);
      if (user.isEmpty()) {
        return new Done<>(new NoSuchUser());
      }
      debt = user.get().debt();
    }
    if (before != null && written.refused(2)) {
      before = written.found(2, Schemas.PAYMENT).orElseThrow(written::impossible);
    } else if (!written.refused(1)) {
      throw written.impossible();
    }
    return new Refused<>(new Found(debt, before));
  }

  @Override
  public ReversalOutcome reverse(MoneyMoved news, TransactionId id, Instant now) {
    return Attempt.until(payment(news), before -> reverse(before, news, id, now));
  }

  private Payment payment(MoneyMoved news) {
    return table
        .find(Schemas.PAYMENT, Keys.payment(news.payment()), Keys.MONEY)
        .orElseGet(() -> Payment.unheardOf(news.payment()));
  }

  private Attempt<Payment, ReversalOutcome> reverse(
      Payment before, MoneyMoved news, TransactionId id, Instant now) {
    var after = before.hearing(news);
    if (after.equals(before)) {
      return new Done<>(new KnownAlready());
    }
    var grant = after.grant();
    var more = after.reversed().value() - before.reversed().value();
    if (grant == null || more == 0) {
      return table.write(replace(before, after)).isComplete()
          ? new Done<>(new Noted())
          : new Refused<>(payment(news));
    }
    var user = find(grant.owner());
    if (user.isEmpty()) {
      // Whoever has been erased since the payment was read has left it to a pseudonym.
      var again = payment(news);
      return again.equals(before)
          ? new Done<>(new ReversalOutcome.NoSuchUser(grant.owner()))
          : new Refused<>(again);
    }
    var posting = Posting.reversing(user.get(), grant.session(), more, id, now);
    var parts = new ArrayList<TransactWriteItem>();
    parts.add(replace(before, after));
    parts.add(
        table.update(
            more > 0
                ? Balance.back(grant.owner(), posting, now)
                : Balance.in(grant.owner(), posting, user.get().debt(), now)));
    parts.addAll(Schemas.create(table, grant.owner(), posting));
    var written = table.write(parts);
    if (written.isComplete()) {
      return new Done<>(new Reversed(grant.owner(), -more));
    }
    if (!written.refused(0) && !written.refused(1)) {
      throw written.impossible();
    }
    return new Refused<>(payment(news));
  }

  /** The next version of what is known of a payment, where nobody has written it before. */
  private TransactWriteItem replace(Payment before, Payment after) {
    return before.version() == 0
        ? table.create(Schemas.PAYMENT, after)
        : table.put(
            Schemas.PAYMENT,
            after,
            "version = :version",
            Map.of(),
            Map.of(":version", Balance.number(before.version())));
  }

  @Override
  public Page<Transaction> statement(Email email, int limit, @Nullable TransactionId before) {
    var entries =
        table.newestFirst(
            Schemas.ENTRY,
            Keys.user(email),
            Keys.TRANSACTIONS,
            before == null ? null : Keys.transaction(before),
            limit);
    return new Page<>(entries.items().stream().map(Entry::transaction).toList(), entries.hasMore());
  }
}
