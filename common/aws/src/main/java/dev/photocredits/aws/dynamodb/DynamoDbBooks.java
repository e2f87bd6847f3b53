package dev.photocredits.aws.dynamodb;

import dev.photocredits.audit.Account;
import dev.photocredits.audit.Books;
import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.aws.dynamodb.Schemas.Origin;
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
    var profile = table.find(Keys.user(owner), Keys.PROFILE);
    if (profile.isPresent() && profile.get().containsKey(Schemas.ERASED_AS)) {
      var pseudonym = Schemas.TOMBSTONE.mapToItem(profile.get()).pseudonym();
      return account(pseudonym, table.find(Keys.user(pseudonym), Keys.PROFILE), owner);
    }
    var origin =
        owner.isPseudonym()
            ? table.find(Schemas.ORIGIN, Keys.user(owner), Keys.ERASURE)
            : Optional.<Origin>empty();
    return account(owner, profile, origin.map(Origin::owner).orElse(owner));
  }

  /**
   * The account of the owner.
   *
   * @param former whose it was, while their erasure is under way; otherwise the owner
   */
  private Account account(
      Email owner, Optional<Map<String, AttributeValue>> profile, Email former) {
    // What is moved meanwhile is seen in both places rather than in none.
    var places = Stream.of(former, owner).distinct().toList();
    var entries =
        places.stream()
            .flatMap(
                place -> table.all(Schemas.ENTRY, Keys.user(place), Keys.TRANSACTIONS).stream())
            .map(Entry::transaction)
            .distinct()
            .toList();
    var generations =
        places.stream()
            .flatMap(
                place -> table.all(Schemas.GENERATION, Keys.user(place), Keys.GENERATIONS).stream())
            .map(generation -> former.equals(owner) ? generation : generation.erased(owner))
            .distinct()
            .toList();
    var marks =
        entries.stream()
            .flatMap(entry -> mark(entry).stream())
            .map(mark -> mark.owner().equals(former) ? mark.movedTo(owner) : mark)
            .toList();
    var payments = marks.stream().flatMap(mark -> payment(mark).stream()).toList();
    return new Account(
        owner,
        profile.map(Schemas.USER::mapToItem).orElse(null),
        entries,
        generations,
        marks,
        payments);
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

  // A purchase and its mark move together.
  @Override
  public Optional<Transaction> entry(SessionMark mark) {
    return purchase(mark)
        .or(
            () ->
                table
                    .find(Schemas.MARK, Keys.payment(mark.session()), Keys.PAYMENT)
                    .filter(now -> now.entry().equals(mark.entry()) && !now.equals(mark))
                    .flatMap(this::purchase));
  }

  private Optional<Transaction> purchase(SessionMark mark) {
    return table
        .find(Schemas.ENTRY, Keys.user(mark.owner()), Keys.transaction(mark.entry()))
        .map(Entry::transaction);
  }
}
