package dev.photocredits.aws.dynamodb;

import dev.photocredits.audit.Account;
import dev.photocredits.audit.Books;
import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Purchase;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link Books} in DynamoDB: a scan of the table, and queries of what it finds. */
final class DynamoDbBooks implements Books {
  private final Table table;

  DynamoDbBooks(Table table) {
    this.table = table;
  }

  @Override
  public Stream<Kept> all() {
    return table.scan().flatMap(item -> kept(item).stream());
  }

  private static Optional<Kept> kept(Map<String, AttributeValue> item) {
    var partition = Objects.requireNonNull(item.get(Keys.PK)).s();
    var sort = Objects.requireNonNull(item.get(Keys.SK)).s();
    if (sort.equals(Keys.PAYMENT)) {
      return Optional.of(new Kept.Mark(Schemas.MARK.mapToItem(item)));
    }
    return Keys.isUser(partition)
        ? Optional.of(new Kept.Owner(Keys.owner(partition)))
        : Optional.empty();
  }

  @Override
  public Account account(Email owner) {
    var user = table.find(Schemas.USER, Keys.user(owner), Keys.PROFILE).orElse(null);
    var entries =
        table.all(Schemas.ENTRY, Keys.user(owner), Keys.TRANSACTIONS).stream()
            .map(Entry::transaction)
            .toList();
    var generations = table.all(Schemas.GENERATION, Keys.user(owner), Keys.GENERATIONS);
    var marks = entries.stream().flatMap(entry -> mark(entry).stream()).toList();
    var payments = marks.stream().flatMap(mark -> payment(mark).stream()).toList();
    return new Account(owner, user, entries, generations, marks, payments);
  }

  private Optional<SessionMark> mark(Transaction entry) {
    return entry instanceof Purchase purchase
        ? table.find(Schemas.MARK, Keys.payment(purchase.session()), Keys.PAYMENT)
        : Optional.empty();
  }

  private Optional<Payment> payment(SessionMark mark) {
    return mark.payment() == null
        ? Optional.empty()
        : table.find(Schemas.PAYMENT, Keys.payment(mark.payment()), Keys.MONEY);
  }

  @Override
  public Optional<Transaction> entry(SessionMark mark) {
    return table
        .find(Schemas.ENTRY, Keys.user(mark.owner()), Keys.transaction(mark.entry()))
        .map(Entry::transaction);
  }
}
