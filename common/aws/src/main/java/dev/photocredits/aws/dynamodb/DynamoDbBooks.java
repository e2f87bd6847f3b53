package dev.photocredits.aws.dynamodb;

import dev.photocredits.audit.Account;
import dev.photocredits.audit.Books;
import dev.photocredits.audit.Position;
import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.aws.dynamodb.Schemas.Origin;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Purchase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link Books} in DynamoDB: a parallel scan of the table, and queries of what it meets. */
final class DynamoDbBooks implements Books {
  /** Some fifty accounts: a run that crashes loses as much in each segment. */
  private static final int PAGE = 500;

  private final Table table;

  DynamoDbBooks(Table table) {
    this.table = table;
  }

  @Override
  public Scanned scan(int segment, int segments, @Nullable String after) {
    var start = after == null ? null : place(after);
    var page = table.scan(segment, segments, start, PAGE);
    // DynamoDB keeps a partition together, so the page before has told of the one it ended in.
    var told = new HashSet<String>();
    if (start != null && Keys.isOfAccount(value(start, Keys.SK))) {
      var _ = told.add(value(start, Keys.PK));
    }
    page.items().stream()
        .filter(item -> value(item, Keys.SK).equals(Keys.PROFILE))
        .forEach(profile -> told.add(value(profile, Keys.PK)));
    var kept = new ArrayList<Kept>();
    for (var item : page.items()) {
      kept(item, told).ifPresent(kept::add);
    }
    return new Scanned(kept, page.last() == null ? null : place(page.last()));
  }

  private static Optional<Kept> kept(Map<String, AttributeValue> item, Set<String> told) {
    var partition = value(item, Keys.PK);
    var sort = value(item, Keys.SK);
    try {
      return switch (sort) {
        case Keys.PAYMENT -> Optional.of(new Kept.Mark(read(Schemas.MARK, item)));
        case Keys.MONEY -> Optional.of(new Kept.Money(read(Schemas.PAYMENT, item)));
        case Keys.PROFILE -> {
          var owner = owner(partition);
          yield Optional.of(
              item.containsKey(Schemas.ERASED_AS)
                  ? new Kept.Leftover(owner)
                  : new Kept.Owner(owner));
        }
        default ->
            Keys.isUser(partition) && Keys.isOfAccount(sort) && told.add(partition)
                ? Optional.of(new Kept.Leftover(owner(partition)))
                : Optional.empty();
      };
    } catch (Unreadable e) {
      return Optional.of(new Kept.Damaged(String.valueOf(e.getMessage())));
    }
  }

  private static Email owner(String partition) {
    return readable("the key of a user", () -> Keys.owner(partition));
  }

  @Override
  public Account account(Email owner) {
    var items = items(owner);
    var former = items.tombstone().isPresent() ? owner : items.origin().orElse(owner);
    var now = items.tombstone().orElse(owner);
    if (former.equals(now)) {
      return account(owner, owner, List.of(items));
    }
    // The place that things move from comes first: what moves meanwhile is seen twice, and counts
    // once, rather than never. Once the erasure has ended, the address may be a new user's.
    var from = former.equals(owner) ? items : items(former);
    var to = items(now);
    return account(
        now,
        former,
        from.tombstone().filter(now::equals).isPresent() ? List.of(from, to) : List.of(to));
  }

  /**
   * The account of the owner.
   *
   * @param former whose it was, while their erasure is under way; otherwise the owner
   * @param places where its items are, the owner's own place last
   */
  private Account account(Email owner, Email former, List<Items> places) {
    var entries =
        places.stream()
            .flatMap(place -> place.all(Schemas.ENTRY, Keys.TRANSACTIONS))
            .map(Entry::transaction)
            .distinct()
            .toList();
    var generations =
        places.stream()
            .flatMap(place -> place.all(Schemas.GENERATION, Keys.GENERATIONS))
            .map(generation -> former.equals(owner) ? generation : generation.erased(owner))
            .distinct()
            .toList();
    var marks =
        entries.stream()
            .flatMap(entry -> mark(entry).stream())
            .map(mark -> mark.owner().equals(former) ? mark.movedTo(owner) : mark)
            .toList();
    var payments =
        marks.stream()
            .flatMap(mark -> payment(mark).stream())
            .map(payment -> isOf(former, payment) ? payment.movedTo(owner) : payment)
            .toList();
    return new Account(
        owner,
        places.getLast().all(Schemas.USER, Keys.PROFILE).findFirst().orElse(null),
        entries,
        generations,
        marks,
        payments,
        places.stream()
            .flatMap(place -> place.all(Schemas.ORDER, Keys.ORDERS))
            .map(order -> former.equals(owner) ? order : order.movedTo(owner))
            .distinct()
            .toList());
  }

  private static boolean isOf(Email former, Payment payment) {
    return payment.grant() != null && payment.grant().owner().equals(former);
  }

  private Optional<SessionMark> mark(Transaction entry) {
    return entry instanceof Purchase purchase ? mark(purchase.session()) : Optional.empty();
  }

  private Optional<Payment> payment(SessionMark mark) {
    return mark.payment() == null
        ? Optional.empty()
        : find(Schemas.PAYMENT, Keys.payment(mark.payment()), Keys.MONEY);
  }

  @Override
  public boolean hasProfile(Email owner) {
    var profile = table.find(Keys.user(owner), Keys.PROFILE);
    return profile.isPresent()
        && tombstone(profile.get())
            .map(pseudonym -> table.find(Keys.user(pseudonym), Keys.PROFILE).isPresent())
            .orElse(true);
  }

  // A purchase and its mark move together.
  @Override
  public Optional<Transaction> entry(SessionMark mark) {
    return purchase(mark)
        .or(
            () ->
                mark(mark.session())
                    .filter(now -> now.entry().equals(mark.entry()) && !now.equals(mark))
                    .flatMap(this::purchase));
  }

  private Optional<Transaction> purchase(SessionMark mark) {
    return find(Schemas.ENTRY, Keys.user(mark.owner()), Keys.transaction(mark.entry()))
        .map(Entry::transaction);
  }

  @Override
  public Optional<SessionMark> mark(SessionId session) {
    return find(Schemas.MARK, Keys.payment(session), Keys.PAYMENT);
  }

  private <T> Optional<T> find(TableSchema<T> schema, String partition, String sort) {
    return table.find(partition, sort).map(item -> read(schema, item));
  }

  private Items items(Email owner) {
    return new Items(table.partition(Keys.user(owner)));
  }

  /** The items of one user, those with the greatest sort key first. */
  private record Items(List<Map<String, AttributeValue>> all) {

    private Stream<Map<String, AttributeValue>> of(String kind) {
      return all.stream().filter(item -> value(item, Keys.SK).startsWith(kind));
    }

    <T> Stream<T> all(TableSchema<T> schema, String kind) {
      return of(kind).map(item -> read(schema, item));
    }

    /** The pseudonym that the account is moving to, if it is. */
    Optional<Email> tombstone() {
      return of(Keys.PROFILE).findFirst().flatMap(DynamoDbBooks::tombstone);
    }

    /** The user whose account is moving here, if one is. */
    Optional<Email> origin() {
      return all(Schemas.ORIGIN, Keys.ERASURE).findFirst().map(Origin::owner);
    }
  }

  private static Optional<Email> tombstone(Map<String, AttributeValue> profile) {
    return profile.containsKey(Schemas.ERASED_AS)
        ? Optional.of(read(Schemas.TOMBSTONE, profile).pseudonym())
        : Optional.empty();
  }

  // A key of a user is an e-mail address, and is not told.
  private static <T> T read(TableSchema<T> schema, Map<String, AttributeValue> item) {
    var partition = value(item, Keys.PK);
    var key = (Keys.isUser(partition) ? "" : partition + " / ") + value(item, Keys.SK);
    return readable(key, () -> schema.mapToItem(item));
  }

  private static <T> T readable(String what, Supplier<T> read) {
    try {
      return read.get();
    } catch (RuntimeException e) {
      throw new Unreadable(what, e);
    }
  }

  /** A key as a text: no partition key has a line break. */
  private static String place(Map<String, AttributeValue> key) {
    return value(key, Keys.PK) + "\n" + value(key, Keys.SK);
  }

  /** Whether an audit would go on behind an item of that user. */
  static boolean names(Position position, Email owner) {
    return position.segments().stream()
        .flatMap(segment -> Stream.ofNullable(segment.after()))
        .anyMatch(after -> value(place(after), Keys.PK).equals(Keys.user(owner)));
  }

  private static Map<String, AttributeValue> place(String text) {
    var end = text.indexOf('\n');
    return Keys.item(text.substring(0, end), text.substring(end + 1));
  }

  private static String value(Map<String, AttributeValue> item, String name) {
    return Objects.requireNonNull(item.get(name)).s();
  }
}
