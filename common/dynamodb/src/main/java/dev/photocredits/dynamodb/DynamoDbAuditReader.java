package dev.photocredits.dynamodb;

import dev.photocredits.audit.Account;
import dev.photocredits.audit.AuditReader;
import dev.photocredits.audit.Position;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.dynamodb.items.ErasureOrigin;
import dev.photocredits.dynamodb.items.GenerationItem;
import dev.photocredits.dynamodb.items.GrantRecordItem;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.PaymentItem;
import dev.photocredits.dynamodb.items.PurchaseOrderItem;
import dev.photocredits.dynamodb.items.StoredTransaction;
import dev.photocredits.dynamodb.items.Tombstone;
import dev.photocredits.dynamodb.items.UserItem;
import dev.photocredits.values.Email;
import dev.photocredits.values.SessionId;
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

/**
 * {@link AuditReader} in DynamoDB: a parallel scan of the table, and a query for each account that
 * it finds.
 */
final class DynamoDbAuditReader implements AuditReader {
  /** About fifty accounts. A run that crashes repeats at most this much in each segment. */
  private static final int PAGE = 500;

  private final Table table;

  DynamoDbAuditReader(Table table) {
    this.table = table;
  }

  @Override
  public Scanned scan(int segment, int segments, @Nullable String after) {
    var start = after == null ? null : key(after);
    var page = table.scan(segment, segments, start, PAGE);
    // A scan returns a partition's items together, so the previous page has already reported the
    // partition in which it ended.
    var reported = new HashSet<String>();
    if (start != null && Keys.isOfAccount(value(start, Keys.SK))) {
      var _ = reported.add(value(start, Keys.PK));
    }
    page.items().stream()
        .filter(item -> value(item, Keys.SK).equals(Keys.PROFILE))
        .forEach(profile -> reported.add(value(profile, Keys.PK)));
    var items = new ArrayList<StoredItem>();
    for (var item : page.items()) {
      storedItem(item, reported).ifPresent(items::add);
    }
    return new Scanned(items, page.last() == null ? null : cursor(page.last()));
  }

  private static Optional<StoredItem> storedItem(
      Map<String, AttributeValue> item, Set<String> reported) {
    var partition = value(item, Keys.PK);
    var sort = value(item, Keys.SK);
    try {
      return switch (sort) {
        case Keys.PAYMENT ->
            Optional.of(new StoredItem.GrantRecordItem(read(GrantRecordItem.SCHEMA, item)));
        case Keys.MONEY -> Optional.of(new StoredItem.PaymentItem(read(PaymentItem.SCHEMA, item)));
        case Keys.PROFILE -> {
          var owner = owner(partition);
          yield Optional.of(
              item.containsKey(Tombstone.ERASED_AS)
                  ? new StoredItem.Leftover(owner)
                  : new StoredItem.Profile(owner));
        }
        default ->
            Keys.isUser(partition) && Keys.isOfAccount(sort) && reported.add(partition)
                ? Optional.of(new StoredItem.Leftover(owner(partition)))
                : Optional.empty();
      };
    } catch (Unreadable e) {
      return Optional.of(new StoredItem.Damaged(String.valueOf(e.getMessage())));
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
    // The partition that items move from is read first, so an item that moves meanwhile is seen
    // twice and counted once, rather than missed. After the erasure has ended, the address may
    // belong to a new user.
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
   * @param former the address that the account had, while its erasure is in progress; otherwise the
   *     owner
   * @param partitions the partitions with its items, the owner's own partition last
   */
  private Account account(Email owner, Email former, List<Items> partitions) {
    var transactions =
        partitions.stream()
            .flatMap(items -> items.all(StoredTransaction.SCHEMA, Keys.TRANSACTIONS))
            .map(StoredTransaction::transaction)
            .distinct()
            .toList();
    var generations =
        partitions.stream()
            .flatMap(items -> items.all(GenerationItem.SCHEMA, Keys.GENERATIONS))
            .map(generation -> former.equals(owner) ? generation : generation.erased(owner))
            .distinct()
            .toList();
    var grantRecords =
        transactions.stream()
            .flatMap(transaction -> grantRecord(transaction).stream())
            .map(it -> it.owner().equals(former) ? it.movedTo(owner) : it)
            .toList();
    var payments =
        grantRecords.stream()
            .flatMap(grantRecord -> payment(grantRecord).stream())
            .map(payment -> isOf(former, payment) ? payment.movedTo(owner) : payment)
            .toList();
    return new Account(
        owner,
        partitions.getLast().all(UserItem.SCHEMA, Keys.PROFILE).findFirst().orElse(null),
        transactions,
        generations,
        grantRecords,
        payments,
        partitions.stream()
            .flatMap(items -> items.all(PurchaseOrderItem.SCHEMA, Keys.ORDERS))
            .map(order -> former.equals(owner) ? order : order.movedTo(owner))
            .distinct()
            .toList());
  }

  private static boolean isOf(Email former, Payment payment) {
    return payment.grant() != null && payment.grant().owner().equals(former);
  }

  private Optional<GrantRecord> grantRecord(Transaction transaction) {
    return transaction instanceof Purchase purchase
        ? grantRecord(purchase.session())
        : Optional.empty();
  }

  private Optional<Payment> payment(GrantRecord grantRecord) {
    return grantRecord.payment() == null
        ? Optional.empty()
        : find(PaymentItem.SCHEMA, Keys.payment(grantRecord.payment()), Keys.MONEY);
  }

  @Override
  public boolean hasProfile(Email owner) {
    var profile = table.find(Keys.user(owner), Keys.PROFILE);
    return profile.isPresent()
        && tombstone(profile.get())
            .map(pseudonym -> table.find(Keys.user(pseudonym), Keys.PROFILE).isPresent())
            .orElse(true);
  }

  // A purchase and its grant record move together.
  @Override
  public Optional<Transaction> transaction(GrantRecord grantRecord) {
    return purchase(grantRecord)
        .or(
            () ->
                grantRecord(grantRecord.session())
                    .filter(
                        now ->
                            now.transaction().equals(grantRecord.transaction())
                                && !now.equals(grantRecord))
                    .flatMap(this::purchase));
  }

  private Optional<Transaction> purchase(GrantRecord grantRecord) {
    return find(
            StoredTransaction.SCHEMA,
            Keys.user(grantRecord.owner()),
            Keys.transaction(grantRecord.transaction()))
        .map(StoredTransaction::transaction);
  }

  @Override
  public Optional<GrantRecord> grantRecord(SessionId session) {
    return find(GrantRecordItem.SCHEMA, Keys.payment(session), Keys.PAYMENT);
  }

  private <T> Optional<T> find(TableSchema<T> schema, String partition, String sort) {
    return table.find(partition, sort).map(item -> read(schema, item));
  }

  private Items items(Email owner) {
    return new Items(table.partition(Keys.user(owner)));
  }

  /** The items of one user, by descending sort key. */
  private record Items(List<Map<String, AttributeValue>> all) {

    private Stream<Map<String, AttributeValue>> of(String kind) {
      return all.stream().filter(item -> value(item, Keys.SK).startsWith(kind));
    }

    <T> Stream<T> all(TableSchema<T> schema, String kind) {
      return of(kind).map(item -> read(schema, item));
    }

    /** The pseudonym to which the account is moving, if it is. */
    Optional<Email> tombstone() {
      return of(Keys.PROFILE).findFirst().flatMap(DynamoDbAuditReader::tombstone);
    }

    /** The user whose account is moving here, if one is. */
    Optional<Email> origin() {
      return all(ErasureOrigin.SCHEMA, Keys.ERASURE).findFirst().map(ErasureOrigin::owner);
    }
  }

  private static Optional<Email> tombstone(Map<String, AttributeValue> profile) {
    return profile.containsKey(Tombstone.ERASED_AS)
        ? Optional.of(read(Tombstone.SCHEMA, profile).pseudonym())
        : Optional.empty();
  }

  // The partition key of a user contains an e-mail address and is left out.
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

  /** Encodes a key as text; the line break cannot occur in a partition key. */
  private static String cursor(Map<String, AttributeValue> key) {
    return value(key, Keys.PK) + "\n" + value(key, Keys.SK);
  }

  /** Whether the audit would continue after an item of that user. */
  static boolean isAtAccountOf(Position position, Email owner) {
    return position.segments().stream()
        .flatMap(segment -> Stream.ofNullable(segment.after()))
        .anyMatch(after -> value(key(after), Keys.PK).equals(Keys.user(owner)));
  }

  private static Map<String, AttributeValue> key(String cursor) {
    var end = cursor.indexOf('\n');
    return Keys.item(cursor.substring(0, end), cursor.substring(end + 1));
  }

  private static String value(Map<String, AttributeValue> item, String name) {
    return Objects.requireNonNull(item.get(name)).s();
  }
}
