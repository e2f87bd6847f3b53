package dev.photocredits.dynamodb;

import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.Identity;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.User;
import dev.photocredits.dynamodb.OptimisticUpdate.Done;
import dev.photocredits.dynamodb.OptimisticUpdate.Refused;
import dev.photocredits.dynamodb.Table.Change;
import dev.photocredits.dynamodb.TransactWrite.Part;
import dev.photocredits.dynamodb.items.ErasureOrigin;
import dev.photocredits.dynamodb.items.FeedbackItem;
import dev.photocredits.dynamodb.items.Fields;
import dev.photocredits.dynamodb.items.GenerationItem;
import dev.photocredits.dynamodb.items.GrantRecordItem;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.PaymentItem;
import dev.photocredits.dynamodb.items.PurchaseOrderItem;
import dev.photocredits.dynamodb.items.RebindingRecord;
import dev.photocredits.dynamodb.items.StoredTransaction;
import dev.photocredits.dynamodb.items.Tombstone;
import dev.photocredits.dynamodb.items.UserItem;
import dev.photocredits.erasure.AccountOwner;
import dev.photocredits.erasure.AccountOwner.Known;
import dev.photocredits.erasure.AccountOwner.Leaving;
import dev.photocredits.erasure.AccountOwners;
import dev.photocredits.erasure.Rebinding;
import dev.photocredits.erasure.RebindingOutcome;
import dev.photocredits.erasure.RebindingOutcome.NoSuchAccount;
import dev.photocredits.erasure.RebindingOutcome.Rebound;
import dev.photocredits.erasure.RebindingOutcome.Unchanged;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.generation.Generation;
import dev.photocredits.values.Email;
import dev.photocredits.values.Page;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * {@link AccountOwners} in DynamoDB. While an account is being erased, a tombstone replaces its
 * profile. No other write treats the tombstone as a user, and every write of the erasure requires
 * that the tombstone still exists.
 */
final class DynamoDbAccountOwners implements AccountOwners {
  private static final String EXISTS = "attribute_exists(PK)";
  private static final String LEAVING = "erased_as = :pseudonym";
  private static final String IS_OWNERS = "email = :owner";

  /** DynamoDB deletes most items within days of their expiry. */
  private static final Duration DELETED_LATE = Duration.ofDays(31);

  /** How far the clocks of functions may be ahead. */
  private static final Duration CLOCK_SKEW = Duration.ofDays(1);

  private final Table table;
  private final InstantSource clock;

  DynamoDbAccountOwners(Table table, InstantSource clock) {
    this.table = table;
    this.clock = clock;
  }

  @Override
  public Optional<AccountOwner> findOwner(Email owner) {
    return table.find(Keys.user(owner), Keys.PROFILE).map(this::accountOwner);
  }

  private AccountOwner accountOwner(Map<String, AttributeValue> profile) {
    if (!profile.containsKey(Tombstone.ERASED_AS)) {
      return new Known(UserItem.SCHEMA.mapToItem(profile));
    }
    var tombstone = Tombstone.SCHEMA.mapToItem(profile);
    return table
        .find(UserItem.SCHEMA, Keys.user(tombstone.pseudonym()), Keys.PROFILE)
        .map(user -> new Leaving(user, tombstone.customer()))
        .orElseThrow(
            () -> new IllegalStateException("the pseudonym of an erased user has no profile"));
  }

  @Override
  public RebindingOutcome rebind(Rebinding rebinding) {
    return OptimisticUpdate.until(
        table.find(UserItem.SCHEMA, Keys.user(rebinding.owner()), Keys.PROFILE),
        account -> rebind(account, rebinding));
  }

  private OptimisticUpdate<Optional<User>, RebindingOutcome> rebind(
      Optional<User> account, Rebinding rebinding) {
    if (account.isEmpty()) {
      return new Done<>(new NoSuchAccount());
    }
    @Nullable Identity before = account.get().boundTo();
    if (Objects.equals(before, rebinding.identity())) {
      return new Done<>(new Unchanged());
    }
    var transaction = table.transaction();
    var profile = transaction.update(UserItem.SCHEMA, binding(before, rebinding));
    var _ = transaction.create(RebindingRecord.SCHEMA, RebindingRecord.of(rebinding, before));
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Rebound(before));
    }
    // If the record exists, this is a repeat whose first reply was lost.
    return outcome.isRefused(profile)
        ? new Refused<>(outcome.found(profile))
        : new Done<>(new Unchanged());
  }

  private static Change binding(@Nullable Identity before, Rebinding rebinding) {
    var values = new HashMap<String, AttributeValue>();
    values.put(":now", AttributeValue.fromS(Fields.time(rebinding.at())));
    if (before != null) {
      values.put(":" + UserItem.BOUND_TO, AttributeValue.fromS(before.digest()));
    }
    @Nullable Identity after = rebinding.identity();
    if (after != null) {
      values.put(":after", AttributeValue.fromS(after.digest()));
    }
    return new Change(
        Keys.item(Keys.user(rebinding.owner()), Keys.PROFILE),
        "SET updated_at = :now" + (after == null ? " REMOVE bound_to" : ", bound_to = :after"),
        "attribute_exists(credits) AND " + BalanceUpdates.asSeen(UserItem.BOUND_TO, values),
        Map.of(),
        values);
  }

  @Override
  public Page<Email> leaving(int limit) {
    return leaving(table, limit);
  }

  // Tombstones have no due time: in the index, they all have the same sort key.
  static Page<Email> leaving(Table table, int limit) {
    var found =
        table.oldestFirst(
            Keys.DUE,
            Map.entry(Keys.DUE, Tombstone.ERASING),
            Map.entry(Keys.DUE_AT, Tombstone.ERASING),
            null,
            limit);
    return new Page<>(
        found.items().stream().map(keys -> Keys.owner(new Fields(keys).text(Keys.PK))).toList(),
        found.hasMore());
  }

  @Override
  public void begin(User user, Email pseudonym) {
    var seen = new HashMap<>(UserItem.SCHEMA.itemToMap(user, true));
    var values = new HashMap<String, AttributeValue>();
    for (var name :
        List.of(
            "credits",
            "total_purchased",
            "generations_pending",
            "updated_at",
            "reversals",
            "lots")) {
      var value = seen.get(name);
      if (value != null) {
        values.put(":" + name, value);
      }
    }
    var unmoved =
        "credits = :credits AND total_purchased = :total_purchased AND updated_at = :updated_at AND"
            + " generations_pending = :generations_pending AND "
            + BalanceUpdates.asSeen(UserItem.REVERSALS, values)
            + " AND "
            + BalanceUpdates.asSeen(UserItem.LOTS, values);
    var customer = user.stripeCustomer();
    var transaction = table.transaction();
    var _ =
        transaction.put(
            Tombstone.SCHEMA,
            new Tombstone(user.email(), pseudonym, customer),
            unmoved,
            Map.of(),
            values);
    var _ = transaction.create(UserItem.SCHEMA, user.as(pseudonym));
    var _ = transaction.create(ErasureOrigin.SCHEMA, new ErasureOrigin(pseudonym, user.email()));
    var _ = transaction.execute();
  }

  @Override
  public boolean move(Email owner, Email pseudonym, Transaction transaction) {
    var move = new Move(table.transaction(), owner, pseudonym);
    var moved = move.delete(Keys.transaction(transaction.id()));
    var _ =
        move.transaction()
            .create(StoredTransaction.SCHEMA, new StoredTransaction(pseudonym, transaction));
    if (transaction instanceof Purchase purchase) {
      var grantRecord = grantRecord(owner, purchase);
      grantRecord.ifPresent(
          it -> move.reassign(Keys.item(Keys.payment(it.session()), Keys.PAYMENT), ""));
      grantRecord
          .flatMap(it -> Optional.ofNullable(it.purchaseOrder()))
          .flatMap(id -> table.find(PurchaseOrderItem.SCHEMA, Keys.user(owner), Keys.order(id)))
          .ifPresent(
              order -> {
                var _ = move.delete(Keys.order(order.id()));
                var _ =
                    move.transaction().create(PurchaseOrderItem.SCHEMA, order.movedTo(pseudonym));
              });
      grantRecord
          .flatMap(it -> payment(owner, it))
          .ifPresent(
              payment ->
                  move.reassign(
                      Keys.item(Keys.payment(payment.id()), Keys.MONEY),
                      ", version = version + :one"));
    }
    return move.whileLeaving(moved);
  }

  private Optional<GrantRecord> grantRecord(Email owner, Purchase purchase) {
    return table
        .find(GrantRecordItem.SCHEMA, Keys.payment(purchase.session()), Keys.PAYMENT)
        .filter(it -> it.owner().equals(owner) && it.transaction().equals(purchase.id()));
  }

  private Optional<Payment> payment(Email owner, GrantRecord grantRecord) {
    return grantRecord.payment() == null
        ? Optional.empty()
        : table
            .find(PaymentItem.SCHEMA, Keys.payment(grantRecord.payment()), Keys.MONEY)
            .filter(p -> p.grant() != null && p.grant().owner().equals(owner));
  }

  @Override
  public boolean move(Email owner, Email pseudonym, Generation generation) {
    var move = new Move(table.transaction(), owner, pseudonym);
    var moved = move.delete(Keys.generation(generation.id()));
    var _ = move.transaction().create(GenerationItem.SCHEMA, generation.erased(pseudonym));
    return move.whileLeaving(moved);
  }

  @Override
  public boolean deleteRemaining(Email owner, Email pseudonym) {
    return Stream.of(
            Keys.IDEMPOTENCY_KEYS,
            Keys.LIMITS,
            Keys.PROMOTIONS,
            Keys.REBINDINGS,
            Keys.ORDERS,
            Keys.SESSIONS)
        .flatMap(kind -> table.sortKeys(Keys.user(owner), kind).stream())
        .allMatch(
            sort -> {
              var move = new Move(table.transaction(), owner, pseudonym);
              return move.whileLeaving(move.delete(sort));
            });
  }

  /** One transaction of an erasure, which writes only while the owner's tombstone exists. */
  private record Move(TransactWrite transaction, Email owner, Email pseudonym) {

    Part<Void> delete(String sort) {
      return transaction.delete(Keys.item(Keys.user(owner), sort), EXISTS, Map.of());
    }

    /**
     * Makes the pseudonym the owner of an item of a payment.
     *
     * @param more what else the update expression sets, or an empty text
     */
    void reassign(Map<String, AttributeValue> key, String more) {
      var values = new HashMap<String, AttributeValue>();
      values.put(":owner", text(owner));
      values.put(":pseudonym", text(pseudonym));
      if (!more.isEmpty()) {
        values.put(":one", BalanceUpdates.number(1));
      }
      var _ =
          transaction.update(
              new Change(key, "SET email = :pseudonym" + more, IS_OWNERS, Map.of(), values));
    }

    /**
     * Executes the transaction and returns whether the tombstone still exists.
     *
     * @param moved the item that is moved or deleted; if it is absent, an earlier run has handled
     *     it
     */
    boolean whileLeaving(Part<Void> moved) {
      var tombstone =
          transaction.check(
              Keys.item(Keys.user(owner), Keys.PROFILE),
              LEAVING,
              Map.of(":pseudonym", text(pseudonym)));
      var outcome = transaction.execute();
      if (!outcome.isComplete() && !outcome.isRefused(tombstone) && !outcome.isRefused(moved)) {
        throw outcome.impossible();
      }
      return !outcome.isRefused(tombstone);
    }
  }

  // Reads the months whose feedback may still be stored, and not the whole table.
  @Override
  public void deleteFeedback(Email owner) {
    var now = clock.instant();
    var last = month(now.plus(CLOCK_SKEW));
    for (var month = month(now.minus(Feedback.RETENTION).minus(DELETED_LATE));
        !month.isAfter(last);
        month = month.plusMonths(1)) {
      table
          .keysWith(Keys.feedback(month), FeedbackItem.EMAIL, text(owner))
          .forEach(
              key -> {
                var transaction = table.transaction();
                var _ = transaction.delete(key, IS_OWNERS, Map.of(":owner", text(owner)));
                var _ = transaction.execute();
              });
    }
  }

  private static YearMonth month(Instant time) {
    return YearMonth.from(time.atOffset(ZoneOffset.UTC));
  }

  @Override
  public void end(Email owner, Email pseudonym) {
    new DynamoDbPositions(table).forget(owner);
    var transaction = table.transaction();
    var _ =
        transaction.delete(
            Keys.item(Keys.user(owner), Keys.PROFILE),
            LEAVING,
            Map.of(":pseudonym", text(pseudonym)));
    var _ = transaction.delete(Keys.item(Keys.user(pseudonym), Keys.ERASURE), EXISTS, Map.of());
    var _ = transaction.execute();
  }

  private static AttributeValue text(Email email) {
    return AttributeValue.fromS(email.value());
  }
}
