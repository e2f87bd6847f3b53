package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.aws.dynamodb.Schemas.Payment;
import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.GrantOutcome.NoSuchUser;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

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
    var user = new User(email, credits, null, Money.usd(0), now, now);
    var profile = table.create(Schemas.USER, user);
    var written =
        welcome == null
            ? table.write(profile)
            : table.write(profile, table.create(Schemas.ENTRY, new Entry(email, welcome)));
    return written.isComplete()
        ? user
        : written.found(0, Schemas.USER).orElseThrow(written::impossible);
  }

  @Override
  public CustomerId linkCustomer(Email email, CustomerId customer, Instant now) {
    var written =
        table.writeAlone(
            new Change(
                Keys.item(Keys.user(email), Keys.PROFILE),
                "SET stripe_customer_id = :customer, updated_at = :now",
                "attribute_exists(PK) AND attribute_not_exists(stripe_customer_id)",
                Map.of(),
                Map.of(
                    ":customer", AttributeValue.fromS(customer.value()),
                    ":now", AttributeValue.fromS(Fields.time(now)))));
    return written.isComplete()
        ? customer
        : written.found(0, Schemas.USER).flatMap(User::customer).orElseThrow(written::impossible);
  }

  @Override
  public GrantOutcome grant(Email email, Purchase purchase) {
    var written =
        table.write(
            table.create(Schemas.PAYMENT, new Payment(purchase.session(), email, purchase.id())),
            table.update(
                new Change(
                    Keys.item(Keys.user(email), Keys.PROFILE),
                    "SET credits = credits + :credits, total_purchased = total_purchased + :paid,"
                        + " updated_at = :now",
                    "attribute_exists(PK)",
                    Map.of(),
                    Map.of(
                        ":credits", Balance.number(purchase.credits().value()),
                        ":paid", Balance.number(purchase.paid().minorUnits()),
                        ":now", AttributeValue.fromS(Fields.time(purchase.createdAt()))))),
            table.create(Schemas.ENTRY, new Entry(email, purchase)));
    if (written.isComplete()) {
      return new Granted();
    }
    if (written.refused(0)) {
      return new AlreadyGranted();
    }
    if (written.refused(1)) {
      return new NoSuchUser();
    }
    throw written.impossible();
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
